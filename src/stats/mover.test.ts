import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Limits, moverDifference, moverRatio, moverSum, scaled } from './mover.ts';
import { clopperPearson } from './proportion.ts';

/** Wilson's score interval at 95 %. */
function wilson(count: number, n: number): Limits {
  const z = 1.959963984540054;
  const [p, centre] = [count / n, (count + z ** 2 / 2) / (n + z ** 2)];
  const reach = (z / (n + z ** 2)) * Math.sqrt(n * p * (1 - p) + z ** 2 / 4);
  return { value: p, low: centre - reach, high: centre + reach };
}

const exact = (count: number, n: number): Limits => clopperPearson(count, n);
const around = fc
  .tuple(
    fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(([value, below, above]): Limits => ({ value, low: value * (1 - below), high: value + (1 - value) * above }));

describe('moverDifference', () => {
  it.each([
    // Newcombe (1998), table II, method 10: differences of two proportions, to four digits.
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('%i/%i − %i/%i: [%f, %f] with Wilson’s limits', (a, m, b, n, low, high) => {
    const found = moverDifference(wilson(a, m), wilson(b, n));
    expect(found.value).toBe(a / m - b / n);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  it('with exact limits covers the true difference at least 95 % of the time, also of small and extreme shares', () => {
    const chances = (n: number, p: number): number[] => {
      const all = [(1 - p) ** n];
      for (let k = 0; k < n; k++) all.push(((all[k] as number) * (n - k) * p) / ((k + 1) * (1 - p)));
      return all;
    };
    const [m, n] = [12, 30];
    const intervals = Array.from({ length: m + 1 }, (_, a) =>
      Array.from({ length: n + 1 }, (_, b) => moverDifference(exact(a, m), exact(b, n))),
    );
    for (const p of [0.02, 0.1, 0.3, 0.5, 0.9]) {
      for (const q of [0.02, 0.2, 0.5, 0.8, 0.98]) {
        const [ps, qs] = [chances(m, p), chances(n, q)];
        let covered = 0;
        for (const [a, row] of intervals.entries())
          for (const [b, { low, high }] of row.entries())
            if (low <= p - q && p - q <= high) covered += (ps[a] as number) * (qs[b] as number);
        expect(covered, `${p} − ${q}`).toBeGreaterThanOrEqual(0.95);
      }
    }
  });

  it('is a sum with the other sign', () => {
    fc.assert(
      fc.property(around, around, (a, b) => {
        const { value, low, high } = moverDifference(a, { value: -b.value, low: -b.high, high: -b.low });
        expect(moverSum(a, b)).toEqual({ value, low, high });
        expect(scaled(moverSum(a, b), 0.5).value).toBeCloseTo((a.value + b.value) / 2, 12);
      }),
    );
  });
});

describe('moverRatio', () => {
  it('gives the ratios R at which a − R·b has its limit at 0', () => {
    fc.assert(
      fc.property(around, around, (a, b) => {
        const found = moverRatio(a, b) as Limits;
        expect(found.value).toBeCloseTo(a.value / b.value, 9);
        expect(found.low).toBeLessThanOrEqual(found.value * (1 + 1e-9));
        expect(found.high).toBeGreaterThanOrEqual(found.value * (1 - 1e-9));
        if (found.low > 1e-6) expect(moverDifference(a, scaled(b, found.low)).low).toBeCloseTo(0, 6);
        if (found.high < 1e6) expect(moverDifference(a, scaled(b, found.high)).high).toBeCloseTo(0, 6);
      }),
    );
  });

  it('knows no upper limit where the denominator may be 0, and no ratio to nothing', () => {
    expect(moverRatio(exact(3, 10), exact(0, 10))).toBeUndefined();
    expect(moverRatio(exact(3, 10), { value: 0.1, low: 0, high: 0.4 })?.high).toBe(Number.POSITIVE_INFINITY);
    expect(moverRatio(exact(0, 10), exact(5, 10))).toMatchObject({ value: 0, low: 0 });
  });
});
