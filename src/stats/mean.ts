/** A mean with Student's interval. */
import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import type { Limits } from './mover.ts';

/** The quantile t of Student's distribution with P(|T| ≤ t) = `confidence`: ν/(ν + T²) follows a beta distribution. */
export function studentQuantile(confidence: number, degrees: number): number {
  const x = betaQuantile(1 - confidence, degrees / 2, 0.5);
  return Math.sqrt((degrees * (1 - x)) / x);
}

/** The mean of at least two values with its two-sided interval; undefined for fewer. */
export function meanLimits(values: readonly number[], confidence: number): Limits | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const value = values.reduce((sum, one) => sum + one, 0) / n;
  const squares = values.reduce((sum, one) => sum + (one - value) ** 2, 0);
  const reach = studentQuantile(confidence, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { value, low: value - reach, high: value + reach };
}
