/** A proportion as a gauge: the value as an arc, its 95 % interval as a thin arc outside, both written below. */
import { arc } from 'd3-shape';
import type { VNode } from 'preact';
import type { Proportion } from '../../audit/result.ts';
import { countOf, interval, percent, proportionText } from '../format.ts';
import type { Tone } from '../names.ts';

const START = (-2 / 3) * Math.PI;
const SWEEP = (4 / 3) * Math.PI;
const angle = (share: number): number => START + share * SWEEP;
const radius = 46;

const draw = arc<{ from: number; to: number; inner: number; outer: number }>()
  .innerRadius((d) => d.inner)
  .outerRadius((d) => d.outer)
  .startAngle((d) => angle(d.from))
  .endAngle((d) => angle(d.to))
  .cornerRadius(4)
  .digits(2);

/** The tick that ends an interval. */
function End({ at }: { at: number }): VNode {
  const [x, y] = [Math.sin(angle(at)), -Math.cos(angle(at))];
  return <line class="gauge-end" x1={(x * 52).toFixed(2)} y1={(y * 52).toFixed(2)} x2={(x * 57).toFixed(2)} y2={(y * 57).toFixed(2)} />;
}

export function Gauge({ label, hint, value, tone }: { label: string; hint: string; value: Proportion; tone: Tone | 'plain' }): VNode {
  const known = value.n > 0;
  return (
    <div class={`gauge tone-${tone}`}>
      <svg viewBox="-60 -60 120 96" role="img" aria-label={`${label}: ${proportionText(value)}`}>
        <path class="gauge-track" d={draw({ from: 0, to: 1, inner: radius - 5, outer: radius + 4 }) ?? ''} />
        {known && (
          <path class="gauge-value" d={draw({ from: 0, to: Math.max(value.value, 0.006), inner: radius - 5, outer: radius + 4 }) ?? ''} />
        )}
        {known && <path class="gauge-interval" d={draw({ from: value.low, to: value.high, inner: 53.8, outer: 55.2 }) ?? ''} />}
        {known && <End at={value.low} />}
        {known && <End at={value.high} />}
        <text class="gauge-number" y="9" text-anchor="middle">
          {percent(value)}
        </text>
      </svg>
      <div class="gauge-text">
        <strong>{label}</strong>
        <span class="gauge-hint">{hint}</span>
        <span>
          <span>95 % interval</span> <span class="num">{interval(value)}</span>
        </span>
        <span class="num">{countOf(value)}</span>
      </div>
    </div>
  );
}
