/** A median and its distribution-free interval. */
import { quantileInterval } from '../../src/stats/quantile-interval.ts';

export function medianInterval(values: readonly number[]): { median: number; low: number; high: number } {
  const { value, low, high } = quantileInterval(values, 0.5);
  return { median: value, low: low ?? 0, high: high ?? Number.POSITIVE_INFINITY };
}
