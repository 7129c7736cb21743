import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import { median, quantile } from './quantile.ts';

const INF = Number.POSITIVE_INFINITY;

describe('median', () => {
  it.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[10, 9, 2, 1], 5.5],
    [[1, INF, 2], 2],
    [[1, INF], INF],
    [[INF, INF], INF],
    [[INF, 1, INF], INF],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('leaves its input as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('has half of the values on either side', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9 }), { minLength: 1 }), (values) => {
        const middle = median(values);
        expect(values.filter((v) => v <= middle).length * 2).toBeGreaterThanOrEqual(values.length);
        expect(values.filter((v) => v >= middle).length * 2).toBeGreaterThanOrEqual(values.length);
      }),
    );
  });
});

describe('quantile', () => {
  it.each([
    // R: quantile(1:10, c(0, .25, .5, .9, 1)).
    [0, 1],
    [0.25, 3.25],
    [0.5, 5.5],
    [0.9, 9.1],
    [1, 10],
  ])('%f of 1..10 is %f', (p, expected) => {
    expect(quantile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], p)).toBeCloseTo(expected, 12);
  });

  it('reaches a finite value exactly although its neighbour is infinite', () => {
    expect(quantile([1, 2, INF], 0.5)).toBe(2);
    expect(quantile([1, 2, INF], 0.75)).toBe(INF);
  });

  it('refuses no values, NaN and orders outside [0, 1]', () => {
    for (const [values, p] of [
      [[], 0.5],
      [[Number.NaN], 0.5],
      [[1], -0.1],
      [[1], 1.1],
      [[1], Number.NaN],
    ] as const) {
      expect(() => quantile(values, p)).toThrow(GibbonError);
    }
  });
});
