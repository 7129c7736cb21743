/** A table cell for a proportion: value, interval drawn, interval written. */
import type { VNode } from 'preact';
import type { Proportion } from '../../audit/result.ts';
import { interval, percent } from '../format.ts';
import { IntervalBar } from './interval-bar.tsx';

export function FigureCell({ value }: { value: Proportion | null }): VNode {
  if (value === null) return <td class="num">–</td>;
  return (
    <td class="num figure">
      <strong>{percent(value)}</strong>
      {value.n > 0 && <IntervalBar value={value} />}
      <small>{interval(value)}</small>
    </td>
  );
}
