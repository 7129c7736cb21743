/** The gap between groups: as its two groups have it, as simulations have it, and with no more false alarms than promised. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { drawBinomial } from '../stats/binomial-draw.ts';
import { moverDifference } from '../stats/mover.ts';
import { clopperPearson } from '../stats/proportion.ts';
import { theilIndex } from './entropy.ts';
import { meanEstimate, midpoint, shareEstimate } from './estimate.ts';
import { type Gap, type GroupFigure, largestDifference, pairsOf, smallestRatio } from './gap.ts';
import { sizeOfOutcomes } from './outcomes.ts';
import { bootstrapped, resampled } from './resample.ts';

const shares = (...counts: readonly [count: number, of: number][]): GroupFigure[] =>
  counts.map(([count, of], i) => ({ group: 'abcdefgh'[i] as string, estimate: shareEstimate({ count, of }) }));

describe('largestDifference', () => {
  it('of two groups is their difference', () => {
    const found = largestDifference(shares([90, 100], [30, 100]), 0.95) as Gap;
    const pair = moverDifference(clopperPearson(90, 100), clopperPearson(30, 100));
    expect(found).toMatchObject({ value: pair.value, low: pair.low, high: pair.high, n: 200 });
    expect(found.surest).toMatchObject({ lower: 'b', higher: 'a' });
  });

  it('is surest where groups are large, widest where they are far apart', () => {
    const found = largestDifference(shares([1, 3], [500, 1000], [700, 1000]), 0.99) as Gap;
    expect(found.widest).toMatchObject({ lower: 'a', higher: 'c' });
    expect(found.surest).toMatchObject({ lower: 'b', higher: 'c' });
    expect(found.low).toBeGreaterThan(0.1);
    expect(found.value).toBeCloseTo(0.7 - 1 / 3, 12);
  });

  it('does not call equal groups unequal, however few examples they have', () => {
    const rng = keyedRng(3, 'gap');
    const sizes = [20, 35, 60, 200, 800];
    const confidence = 1 - 0.05 / pairsOf(sizes.length);
    const runs = 300;
    let alarms = 0;
    for (let i = 0; i < runs; i++) {
      const found = largestDifference(shares(...sizes.map((of): [number, number] => [drawBinomial(rng, of, 0.85), of])), confidence) as Gap;
      if (found.low > 0) alarms++;
    }
    expect(alarms / runs).toBeLessThanOrEqual(0.05);
  });

  it('needs two groups', () => {
    expect(largestDifference(shares([1, 2]), 0.95)).toBeUndefined();
    expect(smallestRatio(shares([1, 2]), 0.95)).toBeUndefined();
  });
});

describe('smallestRatio', () => {
  it('lies in its interval, and that in [0, 1]', () => {
    const share = fc.tuple(fc.nat(60), fc.integer({ min: 60, max: 90 }));
    fc.assert(
      fc.property(share, share, share, (a, b, c) => {
        const found = smallestRatio(shares(a, b, c), 0.99);
        if (!found) return expect(a[0] + b[0] + c[0]).toBe(0);
        expect(found.low).toBeGreaterThanOrEqual(0);
        expect(found.low).toBeLessThanOrEqual(found.value + 1e-9);
        expect(found.high).toBeLessThanOrEqual(1);
        expect(found.high).toBeGreaterThanOrEqual(found.value - 1e-9);
      }),
      { numRuns: 50 },
    );
  });
});

describe('estimates', () => {
  it('of a midpoint lie half way', () => {
    const [a, b] = [shareEstimate({ count: 30, of: 40 }), shareEstimate({ count: 5, of: 50 })];
    expect(midpoint(a, b).value).toBeCloseTo((0.75 + 0.1) / 2, 12);
    expect(midpoint(a, b).limits(0.95).low).toBeLessThan(0.425);
  });

  it('of a mean widen with the confidence', () => {
    const mean = meanEstimate([1, 2, 4, 8]);
    expect(mean.value).toBe(3.75);
    expect(mean.limits(0.99).low).toBeLessThan(mean.limits(0.9).low);
  });
});

describe('the bootstrap', () => {
  const group = { tp: 300, fp: 40, fn: 60, tn: 600 };

  it('keeps the size of a group, and its cells on average', () => {
    const rng = keyedRng(1, 'resample');
    const sum = { tp: 0, fp: 0, fn: 0, tn: 0 };
    for (let i = 0; i < 2000; i++) {
      const one = resampled(group, rng);
      expect(sizeOfOutcomes(one)).toBe(1000);
      for (const cell of ['tp', 'fp', 'fn', 'tn'] as const) sum[cell] += one[cell];
    }
    for (const cell of ['tp', 'fp', 'fn', 'tn'] as const) {
      const p = group[cell] / 1000;
      expect(Math.abs(sum[cell] / 2000 - group[cell])).toBeLessThan(5 * Math.sqrt((1000 * p * (1 - p)) / 2000));
    }
  });

  it('finds the spread that the delta method has', () => {
    const { low, high } = bootstrapped([group], ([one]) => theilIndex(one as typeof group), { draws: 2000, rng: keyedRng(2, 'theil') }) as {
      low: number;
      high: number;
    };
    // The gradient of Theil's index in the shares of benefit 0, 1, 2, by central differences.
    const n = 1000;
    const shares = [group.fn, group.tp + group.tn, group.fp].map((count) => count / n);
    const theil = ([zero, one, two]: number[]): number => {
      const mean = ((one as number) + 2 * (two as number)) / ((zero as number) + (one as number) + (two as number));
      const whole = (zero as number) + (one as number) + (two as number);
      return ((one as number) * (1 / mean) * Math.log(1 / mean) + (two as number) * (2 / mean) * Math.log(2 / mean)) / whole;
    };
    const slope = shares.map(
      (_, i) => (theil(shares.map((s, j) => s + (i === j ? 1e-6 : 0))) - theil(shares.map((s, j) => s - (i === j ? 1e-6 : 0)))) / 2e-6,
    );
    const mean = slope.reduce((sum, s, i) => sum + s * (shares[i] as number), 0);
    const spread = Math.sqrt(slope.reduce((sum, s, i) => sum + (shares[i] as number) * (s - mean) ** 2, 0) / n);
    expect((high - low) / (2 * 1.96 * spread)).toBeGreaterThan(0.93);
    expect((high - low) / (2 * 1.96 * spread)).toBeLessThan(1.07);
  });
});
