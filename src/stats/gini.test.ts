import { expect, it } from 'vitest';
import { giniOf } from './gini.ts';

it('half the mean difference between two shares, in parts of the mean', () => {
  for (const shares of [[0.25, 0.25, 0.25, 0.25], [0, 0, 0, 1], [0.7, 0.1, 0.2], [1]]) {
    const n = shares.length;
    const differences = shares.flatMap((a) => shares.map((b) => Math.abs(a - b)));
    const mean = differences.reduce((sum, d) => sum + d, 0) / n ** 2;
    expect(giniOf(shares)).toBeCloseTo(mean / 2 / (1 / n), 12);
  }
  expect(giniOf([0, 0, 0, 1])).toBe(0.75);
});
