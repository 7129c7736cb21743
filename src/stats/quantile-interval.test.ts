/** Intervals of quantiles: textbook ranks, and coverage. */
import { expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { quantileInterval } from './quantile-interval.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

// Conover, Practical Nonparametric Statistics, table A3: ranks of the median's 95 % interval.
it.each([
  [6, 1, 6],
  [10, 2, 9],
  [20, 6, 15],
  [25, 8, 18],
])('the median of %i values lies between the values of rank %i and %i', (n, low, high) => {
  expect(quantileInterval(upTo(n), 0.5)).toMatchObject({ low, high });
});

it('does not bound what the sample is too small for', () => {
  expect(quantileInterval(upTo(5), 0.5)).toEqual({ value: 3, low: null, high: null });
  // 0.99^n ≤ 0.025 from n = 368 on.
  expect(quantileInterval(upTo(367), 0.99).high).toBeNull();
  expect(quantileInterval(upTo(368), 0.99).high).toBe(368);
});

it('covers the 0.9-quantile of uniform numbers in at least 95 % of samples', () => {
  const rng = keyedRng(0, 'quantile-interval');
  const covered = Array.from({ length: 2000 }, () =>
    quantileInterval(
      Array.from({ length: 60 }, () => rng.uniform()),
      0.9,
    ),
  ).filter(({ low, high }) => (low ?? 0) <= 0.9 && 0.9 <= (high ?? 1)).length;
  // Two standard errors of a share of 0.95 in 2000.
  expect(covered / 2000).toBeGreaterThan(0.95 - 2 * Math.sqrt((0.95 * 0.05) / 2000));
});
