/** The median with its exact interval between order statistics: each value lies above the true median with probability ½. */
import { binomialTail } from './binomial.ts';
import { median } from './quantile.ts';

/** Two-sided, at least 95 %; fewer than six values have none. */
export function medianInterval(values: ArrayLike<number>): {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
} {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  let k = 0;
  // P(at most k of n below the median) = P(at least n − k).
  while (k < n / 2 && binomialTail(n - k, n, 0.5) <= 0.025) k++;
  const value = median(sorted);
  return k === 0 ? { value, low: null, high: null } : { value, low: sorted[k - 1] as number, high: sorted[n - k] as number };
}
