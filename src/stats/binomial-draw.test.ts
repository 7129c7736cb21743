import { describe, expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { drawBinomial, logFactorial } from './binomial-draw.ts';

describe('logFactorial', () => {
  it('is the sum of logarithms', () => {
    let sum = 0;
    for (let n = 1; n <= 3000; n++) {
      sum += Math.log(n);
      expect(Math.abs(logFactorial(n) - sum)).toBeLessThanOrEqual(1e-12 * Math.max(1, sum));
    }
  });
});

describe('drawBinomial', () => {
  it.each([
    [1, 0.5],
    [10, 0.05],
    [20, 0.9],
    [400, 0.3],
    [50_000, 0.001],
    [20_000, 0.5],
  ])('%i trials at %f have the mean, the spread and the frequencies of the distribution', (n, p) => {
    const draws = 20_000;
    const rng = keyedRng(7, 'binomial', n, p);
    const counts = new Map<number, number>();
    let [sum, squares] = [0, 0];
    for (let i = 0; i < draws; i++) {
      const k = drawBinomial(rng, n, p);
      expect(k >= 0 && k <= n).toBe(true);
      counts.set(k, (counts.get(k) ?? 0) + 1);
      sum += k;
      squares += (k - n * p) ** 2;
    }
    const variance = n * p * (1 - p);
    // Five standard errors.
    expect(Math.abs(sum / draws - n * p)).toBeLessThan(5 * Math.sqrt(variance / draws));
    expect(squares / draws / variance).toBeGreaterThan(0.9);
    expect(squares / draws / variance).toBeLessThan(1.1);
    for (const [k, seen] of counts) {
      const chance = Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
      if (draws * chance > 50) expect(Math.abs(seen - draws * chance)).toBeLessThan(5 * Math.sqrt(draws * chance));
    }
  });

  it('has no choice at the ends', () => {
    const rng = keyedRng(0);
    expect([drawBinomial(rng, 9, 0), drawBinomial(rng, 9, 1), drawBinomial(rng, 0, 0.5)]).toEqual([0, 9, 0]);
  });
});
