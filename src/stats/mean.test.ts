import { describe, expect, it } from 'vitest';
import { meanLimits, studentQuantile } from './mean.ts';

describe('studentQuantile', () => {
  it.each([
    // Tables of Student's distribution (two-sided).
    [0.95, 1, 12.706205],
    [0.95, 2, 4.302653],
    [0.95, 10, 2.228139],
    [0.95, 30, 2.042272],
    [0.99, 5, 4.032143],
    [0.999, 20, 3.849516],
    // The normal distribution, nearly.
    [0.95, 1e6, 1.959966],
  ])('%f with %i degrees of freedom is %f', (confidence, degrees, expected) => {
    expect(studentQuantile(confidence, degrees)).toBeCloseTo(expected, 5);
  });
});

describe('meanLimits', () => {
  it('is that of R: t.test(sleep$extra[1:10])', () => {
    const found = meanLimits([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2], 0.95);
    expect(found?.value).toBeCloseTo(0.75, 12);
    expect(found?.low).toBeCloseTo(-0.5297804, 6);
    expect(found?.high).toBeCloseTo(2.0297804, 6);
  });

  it('needs two values', () => {
    expect(meanLimits([1], 0.95)).toBeUndefined();
    expect(meanLimits([], 0.95)).toBeUndefined();
  });
});
