/** Intervals of quantiles from order statistics, which assume nothing of the distribution (David and Nagaraja, Order Statistics, section 7.1). */
import { binomialTail } from './binomial.ts';
import { quantile } from './quantile.ts';

export interface QuantileInterval {
  readonly value: number;
  /** null where the sample is too small to bound the quantile on that side. */
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The p-quantile of `values` with a two-sided interval: from the largest r-th to the smallest s-th value for which the count of values below the quantile,
 * binomial with n and p, leaves at most (1 − confidence)/2 outside on each side.
 */
export function quantileInterval(values: readonly number[], p: number, confidence = 0.95): QuantileInterval {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const outside = (1 - confidence) / 2;
  // P(X ≤ r − 1) = 1 − P(X ≥ r)
  let r = 0;
  while (r < n && 1 - binomialTail(r + 1, n, p) <= outside) r++;
  let s = n + 1;
  while (s > 1 && binomialTail(s - 1, n, p) <= outside) s--;
  return { value: quantile(sorted, p), low: sorted[r - 1] ?? null, high: sorted[s - 1] ?? null };
}
