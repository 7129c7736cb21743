import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import { differenceOf, shareDifference } from './difference.ts';
import { fisherTail } from './fisher.ts';
import { mcNemar, pairedDifference } from './paired.ts';
import { wilson, Z95 } from './wilson.ts';

describe('mcNemar', () => {
  // worse, better; two-sided p by statsmodels 0.15 (mcnemar(exact=True)), one-sided by scipy 1.17 (binomtest).
  it.each([
    [0, 0, 1, 1],
    [1, 0, 1, 0.5],
    [5, 0, 0.0625, 0.03125],
    [10, 2, 0.03857421875, 0.019287109375],
    [121, 59, 4.4344492637551645e-6, 2.2172246318775823e-6],
    [15, 6, 0.0783538818359375, 0.03917694091796875],
    [30, 12, 0.007915897334896727, 0.003957948667448363],
    [3, 7, 0.34375, 0.9453125],
  ])('%i worse, %i better: p = %f, one-sided %f', (worse, better, two, one) => {
    const { pValue, worsePValue, betterPValue } = mcNemar({ n: 500, worse, better });
    expect(pValue / two).toBeCloseTo(1, 10);
    expect(worsePValue / one).toBeCloseTo(1, 10);
    expect(betterPValue).toBe(mcNemar({ n: 500, worse: better, better: worse }).worsePValue);
  });

  it('refuses counts that do not fit', () => {
    for (const [n, worse, better] of [
      [3, 2, 2],
      [3, -1, 2],
      [3.5, 1, 1],
    ] as const)
      expect(() => mcNemar({ n, worse, better })).toThrow(GibbonError);
  });
});

describe('pairedDifference', () => {
  // better, worse, n; the score interval with the restricted likelihood maximised by scipy 1.17 (minimize_scalar, brentq).
  it.each([
    [1, 0, 44, -0.05939323110363146, 0.11807709698213718],
    [12, 2, 50, 0.06111240772669402, 0.34470874829301557],
    [3, 7, 500, -0.023375006868785558, 0.005280624447340426],
    [27, 12, 500, 0.005793376430223198, 0.056261279274544274],
    [5, 0, 100, 0.01115682697835817, 0.11175046923191914],
    [0, 10, 40, -0.40193961420743907, -0.14047300171108604],
  ])('%i better and %i worse of %i', (better, worse, n, low, high) => {
    const found = pairedDifference({ n, worse, better });
    expect(found.value).toBeCloseTo((better - worse) / n, 14);
    expect(found.low).toBeCloseTo(low, 7);
    expect(found.high).toBeCloseTo(high, 7);
  });

  it('has a closed form where nothing changed: ± z²/(n + z²)', () => {
    for (const n of [1, 20, 500, 100_000]) {
      const { value, low, high } = pairedDifference({ n, worse: 0, better: 0 });
      expect(value).toBe(0);
      expect(high).toBeCloseTo(Z95 ** 2 / (n + Z95 ** 2), 10);
      expect(low).toBeCloseTo(-high, 12);
    }
  });

  it('is mirrored by exchanging the two, holds the value and narrows with n', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), (n, a, b) => {
        const worse = a % (n + 1);
        const better = b % (n - worse + 1);
        const found = pairedDifference({ n, worse, better });
        const mirrored = pairedDifference({ n, worse: better, better: worse });
        expect(found.low).toBeLessThanOrEqual(found.value);
        expect(found.high).toBeGreaterThanOrEqual(found.value);
        expect(found.low).toBeGreaterThanOrEqual(-1);
        expect(mirrored.low).toBeCloseTo(-found.high, 9);
        const larger = pairedDifference({ n: 4 * n, worse: 4 * worse, better: 4 * better });
        expect(larger.high - larger.low).toBeLessThan(found.high - found.low + 1e-12);
      }),
    );
  });
});

describe('shareDifference', () => {
  // after, before; statsmodels 0.15 (confint_proportions_2indep(method='newcomb')). The first four are those of Newcombe's table II.
  it.each([
    [56, 70, 48, 80, 0.05243147240236498, 0.33387265403690614],
    [9, 10, 3, 10, 0.1705227239345029, 0.809017973535488],
    [10, 10, 0, 20, 0.6790860371419145, 1],
    [10, 10, 0, 10, 0.6075093504305241, 1],
    [0, 500, 0, 500, -0.007624340461552245, 0.007624340461552245],
    [470, 500, 455, 500, -0.002863240713810611, 0.06336170389042495],
    [1, 100, 4, 120, -0.07326371086076458, 0.025563910218630796],
  ])('%i/%i against %i/%i', (a, m, b, n, low, high) => {
    const found = shareDifference({ count: b, n }, { count: a, n: m });
    expect(found.value).toBeCloseTo(a / m - b / n, 14);
    expect(found.low).toBeCloseTo(low, 12);
    expect(found.high).toBeCloseTo(high, 12);
  });

  it('of two estimates without doubt is without doubt', () => {
    expect(differenceOf({ value: 2, low: 2, high: 2 }, { value: 5, low: 5, high: 5 })).toEqual({ value: 3, low: 3, high: 3 });
  });

  it('rests on Wilson’s interval, whose ends solve |p − share| = z √(p(1 − p)/n)', () => {
    for (const [count, n] of [
      [3, 10],
      [455, 500],
      [1, 7],
    ] as const) {
      for (const p of Object.values(wilson(count, n))) expect(Math.abs(count / n - p) / Math.sqrt((p * (1 - p)) / n)).toBeCloseTo(Z95, 9);
    }
  });
});

describe('fisherTail', () => {
  // scipy 1.17 (fisher_exact(alternative='greater')).
  it.each([
    [56, 70, 48, 80, 0.006324711129898369],
    [9, 10, 3, 10, 0.009883305548940223],
    [10, 10, 0, 20, 3.328339160423118e-8],
    [10, 10, 0, 10, 5.412544112234515e-6],
    [0, 500, 0, 500, 1],
    [470, 500, 455, 500, 0.04611327222280437],
    [1, 100, 4, 120, 0.953546622971394],
    // The lady who tasted tea: three of four, 17/70.
    [3, 4, 1, 4, 17 / 70],
  ])('%i/%i above %i/%i: p = %f', (a, m, b, n, p) => {
    expect(fisherTail({ count: a, n: m }, { count: b, n }) / p).toBeCloseTo(1, 9);
  });

  it('falls as the first sample rises, and both tails share the middle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 80 }), fc.nat(), fc.nat(), (m, n, a, b) => {
        const [first, second] = [
          { count: a % (m + 1), n: m },
          { count: b % (n + 1), n },
        ];
        const [up, down] = [fisherTail(first, second), fisherTail(second, first)];
        // P(X ≥ k) + P(X ≤ k) = 1 + P(X = k)
        expect(up + down).toBeGreaterThanOrEqual(1 - 1e-12);
        if (first.count < m && second.count > 0)
          expect(fisherTail({ count: first.count + 1, n: m }, { count: second.count - 1, n })).toBeLessThanOrEqual(up + 1e-12);
        if (first.count < m && second.count > 0)
          expect(up + fisherTail({ count: second.count, n }, { count: first.count, n: m })).toBeCloseTo(
            1 + up - fisherTail({ count: first.count + 1, n: m }, { count: second.count - 1, n }),
            9,
          );
      }),
    );
  });

  it('refuses what is no count', () => {
    expect(() => fisherTail({ count: 3, n: 2 }, { count: 0, n: 1 })).toThrow(GibbonError);
  });
});
