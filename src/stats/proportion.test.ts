import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import { binomialTail } from './binomial.ts';
import { clopperPearson, proportion } from './proportion.ts';

/** count, n, low, high as R's binom.test prints them (682 of 925 is the example on its help page, from Conover). */
const R: [number, number, number, number][] = [
  [0, 10, 0, 0.3084971],
  [10, 10, 0.6915029, 1],
  [1, 10, 0.002528579, 0.4450161],
  [5, 10, 0.187086, 0.812914],
  [7, 20, 0.1539092, 0.5921885],
  [682, 925, 0.7076683, 0.7654066],
];

describe('clopperPearson', () => {
  it.each(R)('%i of %i: [%f, %f]', (count, n, low, high) => {
    const found = proportion(count, n);
    expect(found).toMatchObject({ count, n, value: count / n });
    expect(found.low).toBeCloseTo(low, 6);
    expect(found.high).toBeCloseTo(high, 6);
  });

  it('has closed forms at no and at all successes, also for one trial and for a million', () => {
    for (const n of [1, 3, 300, 1_000_000]) {
      expect(proportion(0, n)).toMatchObject({ low: 0, value: 0 });
      expect(proportion(0, n).high).toBeCloseTo(-Math.expm1(Math.log(0.025) / n), 12);
      expect(proportion(n, n)).toMatchObject({ high: 1, value: 1 });
      expect(proportion(n, n).low).toBeCloseTo(0.025 ** (1 / n), 12);
    }
  });

  it('knows nothing of no trials, and says so in numbers that JSON can hold', () => {
    expect(proportion(0, 0)).toEqual({ value: 0, count: 0, n: 0, low: 0, high: 1 });
  });

  it('inverts the exact binomial test: each end leaves 2.5 % in its tail', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const count = Math.round(share * n);
        const { low, high, value } = proportion(count, n);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        if (count > 0) expect(binomialTail(count, n, low)).toBeCloseTo(0.025, 6);
        if (count < n) expect(binomialTail(n - count, n, 1 - high)).toBeCloseTo(0.025, 6);
        const mirrored = proportion(n - count, n);
        expect(mirrored.low).toBeCloseTo(1 - high, 9);
      }),
      { numRuns: 200 },
    );
  });

  it('widens with the confidence', () => {
    const narrow = clopperPearson(30, 100, 0.9);
    const wide = clopperPearson(30, 100, 0.99);
    expect(wide.low).toBeLessThan(narrow.low);
    expect(wide.high).toBeGreaterThan(narrow.high);
  });

  it('refuses what is no count', () => {
    for (const [count, n] of [
      [-1, 3],
      [4, 3],
      [0.5, 3],
      [Number.NaN, 3],
      [0, -1],
    ] as const) {
      expect(() => clopperPearson(count, n)).toThrow(GibbonError);
    }
    expect(() => clopperPearson(1, 2, 1)).toThrow(GibbonError);
  });
});
