import { describe, expect, it } from 'vitest';
import { poissonTable } from './poisson.ts';
import { keyedRng } from './rng.ts';

describe('poissonTable', () => {
  it.each([0, 0.3, 3, 60, 500])('has mean and variance %f', (mean) => {
    const quantile = poissonTable();
    const rng = keyedRng(5, 'poisson', mean);
    const n = 40_000;
    const counts = Float64Array.from({ length: n }, () => quantile(rng.uniform(), mean));
    const average = counts.reduce((a, b) => a + b, 0) / n;
    const variance = counts.reduce((a, b) => a + (b - average) ** 2, 0) / (n - 1);
    // Five standard errors: of the mean √(λ/n), of the variance √((λ + 2λ²)/n).
    expect(Math.abs(average - mean)).toBeLessThanOrEqual(5 * Math.sqrt(mean / n));
    expect(Math.abs(variance - mean)).toBeLessThanOrEqual(5 * Math.sqrt((mean + 2 * mean ** 2) / n));
  });

  it('inverts the distribution function at its steps', () => {
    const quantile = poissonTable();
    // P(X ≤ 0) = e⁻² = 0.1353, P(X ≤ 1) = 3e⁻² = 0.4060, P(X ≤ 2) = 5e⁻² = 0.6767
    expect([0, 0.135, 0.136, 0.4059, 0.4061, 0.676, 0.677].map((u) => quantile(u, 2))).toEqual([0, 0, 1, 1, 2, 2, 3]);
  });
});
