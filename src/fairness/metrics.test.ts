/** Metrics of groups in cases small enough for pencil and paper, and in those that AIF360's own tests have. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as compare from './comparisons.ts';
import { differentialFairness } from './differential.ts';
import { betweenGroupEntropy, generalizedEntropyIndex, theilIndex } from './entropy.ts';
import { joined, type Outcomes, outcomesOf, sizeOfOutcomes } from './outcomes.ts';
import { partitions } from './partition.ts';
import { RATES, rate } from './rates.ts';
import { reweighing } from './reweighing.ts';

/** Twenty rows of Fairlearn's own oracle for reductions, decided by X1: figures by hand. */
const A = 'AAAAAAABBBBBBBCCCCCC';
const Y = '01101000010111001111';
const X1 = '01101010111101001011';
const fairlearn = (group: string): Outcomes =>
  outcomesOf([...A].flatMap((own, i) => (own === group ? [{ right: Y[i] === '1', decided: X1[i] === '1' }] : [])));

const outcomes = fc.record({ tp: fc.nat(50), fp: fc.nat(50), fn: fc.nat(50), tn: fc.nat(50) });

describe('rates', () => {
  it('of three groups', () => {
    const [a, b, c] = ['A', 'B', 'C'].map(fairlearn) as [Outcomes, Outcomes, Outcomes];
    expect(a).toEqual({ tp: 3, fp: 1, fn: 0, tn: 3 });
    expect([a, b, c].map((one) => rate('selectionRate', one))).toEqual([4 / 7, 5 / 7, 3 / 6]);
    // Demographic parity difference .2142857 and ratio .7, equalised odds difference .6666667, its mean .4583333.
    expect(compare.statisticalParityDifference(b, c)).toBeCloseTo(0.2142857, 7);
    expect(compare.disparateImpact(c, b)).toBeCloseTo(0.7, 12);
    const odds = [compare.equalizedOddsDifference(a, b), compare.equalizedOddsDifference(b, c), compare.equalizedOddsDifference(a, c)];
    expect(Math.max(...odds)).toBeCloseTo(0.6666667, 7);
  });

  it('are complements of each other', () => {
    fc.assert(
      fc.property(outcomes, (one) => {
        for (const [name, other] of [
          ['truePositiveRate', 'falseNegativeRate'],
          ['falsePositiveRate', 'trueNegativeRate'],
          ['positivePredictiveValue', 'falseDiscoveryRate'],
          ['negativePredictiveValue', 'falseOmissionRate'],
        ] as const) {
          const [a, b] = [RATES[name](one), RATES[other](one)];
          expect(a.of).toBe(b.of);
          expect(a.count + b.count).toBe(a.of);
        }
      }),
    );
  });

  it('of weighted examples are those of as many examples', () => {
    const twice = outcomesOf([
      { right: true, decided: true, weight: 2 },
      { right: false, decided: true },
    ]);
    expect(twice).toEqual({ tp: 2, fp: 1, fn: 0, tn: 0 });
  });
});

describe('entropy indices', () => {
  it('are those of AIF360’s tests (tests/test_classification_metric.py)', () => {
    expect(generalizedEntropyIndex({ tp: 3, fp: 2, fn: 2, tn: 3 }, 2)).toBeCloseTo(0.2, 15);
    expect(generalizedEntropyIndex({ tp: 2, fp: 3, fn: 3, tn: 2 }, 2)).toBeCloseTo(0.3, 15);
    expect(theilIndex({ tp: 3, fp: 2, fn: 2, tn: 3 })).toBeCloseTo((4 * Math.LN2) / 10, 15);
  });

  it('are 0 where all get the same, and the part between groups is no more than the whole', () => {
    expect(theilIndex({ tp: 5, fp: 0, fn: 0, tn: 7 })).toBe(0);
    expect(generalizedEntropyIndex({ tp: 5, fp: 0, fn: 0, tn: 7 }, 0)).toBeCloseTo(0, 15);
    fc.assert(
      fc.property(outcomes, outcomes, (a, b) => {
        fc.pre([a, b].every((one) => one.tp + one.tn + one.fp > 0));
        for (const alpha of [1, 2]) {
          const [between, whole] = [betweenGroupEntropy([a, b], alpha), generalizedEntropyIndex(joined([a, b]), alpha)];
          expect(between).toBeLessThanOrEqual(whole + 1e-12);
          expect(between).toBeGreaterThanOrEqual(-1e-12);
        }
      }),
    );
  });
});

describe('differential fairness', () => {
  it('is the largest log ratio of smoothed shares, of either outcome', () => {
    const log = (count: number, of: number): number => Math.log((count + 0.5) / (of + 1));
    const [a, b] = [
      { count: 8, of: 10 },
      { count: 2, of: 20 },
    ];
    expect(differentialFairness([a, b])).toBeCloseTo(Math.max(log(8, 10) - log(2, 20), log(18, 20) - log(2, 10)), 14);
    expect(differentialFairness([a])).toBe(0);
  });
});

describe('reweighing', () => {
  it('makes favourable outcomes equally frequent, and keeps the sum of weights', () => {
    fc.assert(
      fc.property(outcomes, outcomes, (a, b) => {
        const groups = [a, b];
        fc.pre(groups.every(({ tp, fp, fn, tn }) => tp + fn > 0 && fp + tn > 0));
        const weighed = reweighing(groups).map(({ favourable, unfavourable }, i) => {
          const { tp, fp, fn, tn } = groups[i] as Outcomes;
          return { tp: tp * favourable, fn: fn * favourable, fp: fp * unfavourable, tn: tn * unfavourable };
        }) as [Outcomes, Outcomes];
        expect(rate('baseRate', weighed[0])).toBeCloseTo(rate('baseRate', weighed[1]), 12);
        expect(sizeOfOutcomes(joined(weighed))).toBeCloseTo(sizeOfOutcomes(joined(groups)), 9);
      }),
    );
  });
});

describe('partitions', () => {
  const sex = { attribute: 'sex', of: ['m', 'f', 'f', null, 'm'] };
  const race = { attribute: 'race', of: ['w', 'w', 'b', 'b', 'w'] };

  it('are by each attribute and by two at a time, over the examples asked for', () => {
    const found = partitions([sex, race], [0, 1, 2, 3], 2);
    expect(found).toEqual([
      {
        attribute: 'sex',
        depth: 1,
        groups: [
          { name: 'f', members: [1, 2] },
          { name: 'm', members: [0] },
        ],
      },
      {
        attribute: 'race',
        depth: 1,
        groups: [
          { name: 'b', members: [2, 3] },
          { name: 'w', members: [0, 1] },
        ],
      },
      {
        attribute: 'sex × race',
        depth: 2,
        groups: [
          { name: 'f × b', members: [2] },
          { name: 'f × w', members: [1] },
          { name: 'm × w', members: [0] },
        ],
      },
    ]);
    expect(partitions([sex, race], [0, 1], 1).map(({ attribute }) => attribute)).toEqual(['sex', 'race']);
  });
});
