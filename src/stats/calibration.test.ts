import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { binned, equalMass, equalWidth, errorsByChance, expectedError, maximumError, resamples } from './calibration.ts';
import { medianInterval } from './median-interval.ts';
import { quantile } from './quantile.ts';
import { fittedTemperature, tempered } from './temperature.ts';

describe('expectedError', () => {
  // Bins (0, ½] and (½, 1]: {0.3 wrong, 0.5 right} has gap |0.5 − 0.4|, {0.6 right, 0.9 right, 0.9 wrong} |2/3 − 0.8|.
  const [confidences, correct] = [
    [0.3, 0.5, 0.6, 0.9, 0.9],
    [0, 1, 1, 1, 0],
  ];

  it('is a hand-computed case', () => {
    const bins = binned(confidences, correct, equalWidth(confidences, 2), 2);
    expect(bins.map(({ n, correct: right }) => [n, right])).toEqual([
      [2, 1],
      [3, 2],
    ]);
    expect(expectedError(bins)).toBeCloseTo((2 / 5) * 0.1 + (3 / 5) * (0.8 - 2 / 3), 12);
    expect(maximumError(bins)).toBeCloseTo(0.8 - 2 / 3, 12);
  });

  it('puts equal confidences into one bin, whatever their order', () => {
    expect(Array.from(equalMass([0.9, 0.1, 0.9, 0.9], 2))).toEqual([0, 0, 0, 0]);
    expect(Array.from(equalMass([0.4, 0.1, 0.3, 0.2], 2))).toEqual([1, 0, 1, 0]);
    expect(Array.from(equalWidth([0, 1, 0.5, 0.500001], 2))).toEqual([0, 1, 0, 1]);
  });

  it('never exceeds the largest gap, nor is it less than |mean confidence − accuracy|', () => {
    const answer = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 40 }), fc.constantFrom(equalWidth, equalMass), (answers, binning) => {
        const [c, is] = [answers.map(([p]) => p), answers.map(([, right]) => right)];
        const bins = binned(c, is, binning(c, 7), 7);
        const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
        expect(expectedError(bins)).toBeLessThanOrEqual(maximumError(bins) + 1e-12);
        expect(expectedError(bins)).toBeGreaterThanOrEqual(Math.abs(mean(c) - mean(is)) - 1e-12);
      }),
    );
  });
});

describe('errorsByChance', () => {
  it('is the mean absolute deviation of a binomial share, where all confidences are alike', () => {
    // One bin of n = 100 at ½: E|X/n − ½| = 0.0398 (De Moivre: 2·½·½·C(100, 50)/2^100).
    const confidences = Array<number>(100).fill(0.5);
    const errors = errorsByChance(confidences, equalWidth(confidences, 15), 15, keyedRng(0, 'test'), 2000);
    expect(errors.reduce((a, b) => a + b, 0) / errors.length).toBeCloseTo(0.0397946, 2);
    expect(quantile(errors, 0.975)).toBeCloseTo(0.11, 1);
  });

  it('shrinks with the number of examples', () => {
    const mean = (n: number): number => {
      const confidences = Array.from({ length: n }, (_, i) => 0.5 + i / (2 * n));
      return quantile(errorsByChance(confidences, equalWidth(confidences, 15), 15, keyedRng(0, 'test'), 200), 0.5);
    };
    expect(mean(2000)).toBeLessThan(mean(125) / 2);
  });
});

describe('resamples', () => {
  it('draws as many as there are', () => {
    const sums = [...resamples(17, keyedRng(0, 'test'), 20)].map((weights) => weights.reduce((a, b) => a + b, 0));
    expect(sums).toEqual(Array(20).fill(17));
  });
});

describe('fittedTemperature', () => {
  it('finds the temperature that the answers were sharpened by', () => {
    const rng = keyedRng(0, 'temperature');
    const rows = Array.from({ length: 2000 }, () => {
      const logits = new Float32Array(4);
      rng.fillNormal(logits, 2);
      const p = tempered(logits, 1);
      let [u, label] = [rng.uniform(), 0];
      while (label < 3 && u >= (p[label] as number)) u -= p[label++] as number;
      return { logs: tempered(logits, 1 / 2.5).map(Math.log), label };
    });
    expect(Math.abs(fittedTemperature(rows) - 2.5)).toBeLessThan(0.2);
  });

  it('leaves the order of the classes', () => {
    expect(Array.from(tempered([Math.log(0.1), Math.log(0.9)], 1))).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0.9, 12)]);
  });
});

describe('medianInterval', () => {
  // Order statistics of a sign test: for n = 10 the second and the ninth (coverage 97.9 %), for n = 5 none.
  it.each([
    [10, 2, 9],
    [20, 6, 15],
    [5, null, null],
  ])('of 1…%i: %j to %j', (n, low, high) => {
    expect(medianInterval(Array.from({ length: n }, (_, i) => i + 1))).toEqual({ value: (n + 1) / 2, low, high });
  });
});
