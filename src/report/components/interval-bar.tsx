/** A proportion as a dot on a line from 0 to 1 with its interval as a bar; the figures stand beside it. */
import type { VNode } from 'preact';
import type { Proportion } from '../../audit/result.ts';

export function IntervalBar({ value }: { value: Proportion }): VNode | null {
  if (value.n === 0) return null;
  const x = (share: number): number => 3 + share * 74;
  return (
    <svg class="interval-bar" viewBox="0 0 80 10" width="80" height="10" aria-hidden="true">
      <line class="interval-track" x1="3" x2="77" y1="5" y2="5" />
      <line class="interval-span" x1={x(value.low)} x2={x(value.high)} y1="5" y2="5" />
      <circle class="interval-dot" cx={x(value.value)} cy="5" r="3" />
    </svg>
  );
}
