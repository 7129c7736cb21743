/** A share as a dot on a line from 0 to 1 with its interval as a bar and, where there is one, a tick at its baseline; the figures stand beside it. */
import type { VNode } from 'preact';

type Props = { value: { value: number; low: number; high: number }; baseline?: number | null };

export function IntervalBar({ value, baseline = null }: Props): VNode {
  const x = (share: number): string => (3 + share * 74).toFixed(1);
  return (
    <svg class="interval-bar" viewBox="0 0 80 10" width="80" height="10" aria-hidden="true">
      <line class="interval-track" x1="3" x2="77" y1="5" y2="5" />
      {baseline !== null && baseline >= 0 && baseline <= 1 && (
        <line class="interval-base" x1={x(baseline)} x2={x(baseline)} y1="0.5" y2="9.5" />
      )}
      <line class="interval-span" x1={x(value.low)} x2={x(value.high)} y1="5" y2="5" />
      <circle class="interval-dot" cx={x(value.value)} cy="5" r="3" />
    </svg>
  );
}
