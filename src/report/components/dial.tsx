/** A gauge: a share as an arc, its 95 % interval as a thin arc outside, its baseline as a tick across, and a text in the middle. */
import { arc } from 'd3-shape';
import type { VNode } from 'preact';

const START = (-2 / 3) * Math.PI;
const SWEEP = (4 / 3) * Math.PI;
const angle = (share: number): number => START + share * SWEEP;
const RADIUS = 46;
/** From this length on the text in the middle is set smaller, so that it stays inside the arc. */
const LONG = 8;

const draw = arc<{ from: number; to: number; inner: number; outer: number }>()
  .innerRadius((d) => d.inner)
  .outerRadius((d) => d.outer)
  .startAngle((d) => angle(d.from))
  .endAngle((d) => angle(d.to))
  .cornerRadius(4)
  .digits(2);

/** A short line across the arc at a share, between two radii. */
function Across({ at, from, to, name }: { at: number; from: number; to: number; name: string }): VNode {
  const [x, y] = [Math.sin(angle(at)), -Math.cos(angle(at))];
  return <line class={name} x1={(x * from).toFixed(2)} y1={(y * from).toFixed(2)} x2={(x * to).toFixed(2)} y2={(y * to).toFixed(2)} />;
}

export type DialProps = {
  /** null: nothing was measured, and the track alone is drawn. */
  share: number | null;
  low?: number | null;
  high?: number | null;
  baseline?: number | null;
  text: string;
  label: string;
};

export function Dial({ share, low = null, high = null, baseline = null, text, label }: DialProps): VNode {
  return (
    <svg viewBox="-60 -60 120 96" role="img" aria-label={label}>
      <path class="gauge-track" d={draw({ from: 0, to: 1, inner: RADIUS - 5, outer: RADIUS + 4 }) ?? ''} />
      {share !== null && (
        <path class="gauge-value" d={draw({ from: 0, to: Math.max(share, 0.006), inner: RADIUS - 5, outer: RADIUS + 4 }) ?? ''} />
      )}
      {baseline !== null && <Across name="gauge-base" at={baseline} from={RADIUS - 7} to={RADIUS + 4} />}
      {low !== null && high !== null && (
        <>
          <path class="gauge-interval" d={draw({ from: low, to: high, inner: 53.8, outer: 55.2 }) ?? ''} />
          <Across name="gauge-end" at={low} from={52} to={57} />
          <Across name="gauge-end" at={high} from={52} to={57} />
        </>
      )}
      <text class={text.length >= LONG ? 'gauge-number is-long' : 'gauge-number'} y="9" text-anchor="middle">
        {text}
      </text>
    </svg>
  );
}
