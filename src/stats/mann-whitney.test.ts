/** The rank test beside SciPy's figures, and its false alarms. */
import { expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { mannWhitney } from './mann-whitney.ts';

it('gives the U and half the two-sided p of the example in SciPy’s documentation', () => {
  // scipy.stats.mannwhitneyu([19, 22, 16, 29, 24], [20, 11, 17, 12], method="asymptotic"): statistic 17.0, pvalue 0.11134688653314041
  const { u, p } = mannWhitney([19, 22, 16, 29, 24], [20, 11, 17, 12]);
  expect(u).toBe(17);
  expect(p).toBeCloseTo(0.11134688653314041 / 2, 7);
});

it('says nothing of equal samples, and much of separate ones', () => {
  const low = Array.from({ length: 30 }, (_, i) => i);
  expect(mannWhitney([1, 1, 1], [1, 1, 1])).toEqual({ u: 4.5, p: 1 });
  expect(mannWhitney(low, low).p).toBeCloseTo(0.5, 2);
  expect(
    mannWhitney(
      low.map((x) => x + 100),
      low,
    ).p,
  ).toBeLessThan(1e-10);
  expect(
    mannWhitney(
      low,
      low.map((x) => x + 100),
    ).p,
  ).toBeGreaterThan(1 - 1e-10);
});

it('raises a false alarm at its level', () => {
  const rng = keyedRng(0, 'mann-whitney');
  const draw = (): number[] => Array.from({ length: 25 }, () => Math.floor(20 * rng.uniform()));
  const alarms = Array.from({ length: 2000 }, () => mannWhitney(draw(), draw()).p).filter((p) => p <= 0.05).length;
  expect(Math.abs(alarms / 2000 - 0.05)).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / 2000));
});
