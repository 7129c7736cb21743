import { describe, expect, it } from 'vitest';
import { shareDifference } from './difference.ts';

describe('shareDifference', () => {
  // Newcombe, Stat. Med. 17 (1998), table II, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [10, 10, 0, 20, 0.6791, 1],
  ])('%i/%i − %i/%i: [%f, %f]', (a, m, b, n, low, high) => {
    const found = shareDifference({ count: b, n }, { count: a, n: m });
    expect(found.value).toBeCloseTo(a / m - b / n, 12);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });
});
