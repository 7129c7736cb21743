import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { aucInterval, delongVariance } from './auc-interval.ts';
import { aucOf, bestCorner, cornerAt, rocOf, rocPoints } from './roc.ts';
import { negativesFor, tprAtFpr } from './tpr-at-fpr.ts';

const positives = [0.9, 0.8, 0.8, 0.55, 0.4, 0.3, 0.7, 0.62];
const negatives = [0.5, 0.4, 0.35, 0.2, 0.1, 0.8, 0.3, 0.25, 0.15, 0.62];

const normals = (n: number, mean: number, ...key: (string | number)[]): number[] => {
  const out = new Float32Array(n);
  keyedRng(0, ...key).fillNormal(out);
  return Array.from(out, (z) => z + mean);
};

describe('rocOf', () => {
  // scikit-learn 1.9: roc_auc_score; the variance from the structural components, written out in NumPy.
  it('gives the area and the variance that other code gives', () => {
    const roc = rocOf(positives, negatives);
    expect(aucOf(roc)).toBeCloseTo(0.81875, 12);
    expect(delongVariance(roc)).toBeCloseTo(0.01030877976190476, 14);
  });

  it('counts every pair once, ties by half, infinities included', () => {
    const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.5));
    const scores = fc.array(score, { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        let pairs = 0;
        for (const x of a) for (const y of b) pairs += x > y ? 1 : x === y ? 0.5 : 0;
        const roc = rocOf(a, b);
        expect(aucOf(roc)).toBeCloseTo(pairs / (a.length * b.length), 12);
        expect(aucOf(rocOf(b, a))).toBeCloseTo(1 - aucOf(roc), 12);
        const best = bestCorner(roc);
        const thresholds = [...a, ...b, Number.POSITIVE_INFINITY];
        const rate = (of: readonly number[], at: number): number => of.filter((s) => s >= at).length / of.length;
        const most = Math.max(
          0,
          ...thresholds.filter((t) => t < Number.POSITIVE_INFINITY || a.includes(t) || b.includes(t)).map((t) => rate(a, t) - rate(b, t)),
        );
        expect(best.tpr - best.fpr).toBeCloseTo(most, 12);
      }),
    );
  });

  it('takes whole steps of the curve only', () => {
    const roc = rocOf([3, 2, 2, 1], [2, 2, 1, 0]);
    expect(rocPoints(roc).map(({ fpr, tpr }) => [fpr, tpr])).toEqual([
      [0, 0],
      [0, 0.25],
      [0.5, 0.75],
      [0.75, 1],
      [1, 1],
    ]);
    expect(cornerAt(roc, 0.49).tpr).toBe(0.25);
    expect(cornerAt(roc, 0.5).tpr).toBe(0.75);
  });
});

describe('aucInterval', () => {
  it('covers the true area of two normal populations about as often as it says', () => {
    // Φ(d′/√2) for d′ = 1.
    const truth = 0.7602499389;
    let covered = 0;
    for (let i = 0; i < 400; i++) {
      const { low, high } = aucInterval(rocOf(normals(60, 1, 'a', i), normals(80, 0, 'b', i)));
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(368);
    expect(covered).toBeLessThanOrEqual(393);
  });

  it('has a width where nothing varies', () => {
    const { value, low, high, method } = aucInterval(rocOf([1, 1, 1, 1, 1], [0, 0, 0, 0, 0]));
    expect({ value, high, method }).toEqual({ value: 1, high: 1, method: 'Newcombe, method 5' });
    // Solves 1 − θ = z·√(θ(1−θ)(1 + 4((1−θ)/(2−θ) + θ/(1+θ)))/25).
    const variance = (low * (1 - low) * (1 + 4 * ((1 - low) / (2 - low) + low / (1 + low)))) / 25;
    expect(1 - low).toBeCloseTo(1.959963984540054 * Math.sqrt(variance), 9);
    expect(low).toBeGreaterThan(0.5);
  });
});

describe('tprAtFpr', () => {
  it('needs ten expected false positives', () => {
    expect([0.01, 0.001].map(negativesFor)).toEqual([1000, 10_000]);
  });

  it('covers the true rate of two normal populations at least as often as it says', () => {
    // Φ(d′ + Φ⁻¹(f)) for d′ = 1, f = 0.01.
    const truth = 0.0923594;
    let missed = 0;
    for (let i = 0; i < 200; i++) {
      const { value, low, high } = tprAtFpr(rocOf(normals(1000, 1, 'c', i), normals(1000, 0, 'd', i)), 0.01);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      if (low > truth || high < truth) missed++;
    }
    expect(missed).toBeLessThanOrEqual(10);
  });

  it('says nothing below what the negatives resolve', () => {
    expect(tprAtFpr(rocOf([1, 2, 3], [0, 0]), 0.01)).toEqual({ value: 1, low: 0, high: 1 });
  });
});
