/** A proportion as a gauge, with its interval and its sample written below. */
import type { VNode } from 'preact';
import type { Proportion } from '../../audit/result.ts';
import { countOf, interval, percent, proportionText } from '../format.ts';
import type { Tone } from '../names.ts';
import { Dial } from './dial.tsx';

export function Gauge({ label, hint, value, tone }: { label: string; hint: string; value: Proportion; tone: Tone | 'plain' }): VNode {
  const measured = value.n > 0 ? { share: value.value, low: value.low, high: value.high } : { share: null };
  return (
    <div class={`gauge tone-${tone}`}>
      <Dial {...measured} text={percent(value)} label={`${label}: ${proportionText(value)}`} />
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
