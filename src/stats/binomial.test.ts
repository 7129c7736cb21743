import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import { betterThanChance, binomialTail } from './binomial.ts';

/** The tail in exact integers, for p = 1/classes. */
function exactTail(count: number, n: number, classes: number): number {
  let tail = 0n;
  let choose = 1n;
  for (let k = 0; k <= n; k++) {
    if (k >= count) tail += choose * BigInt(classes - 1) ** BigInt(n - k);
    choose = (choose * BigInt(n - k)) / BigInt(k + 1);
  }
  return Number((tail * 10n ** 30n) / BigInt(classes) ** BigInt(n)) / 1e30;
}

describe('binomialTail', () => {
  it.each([
    [10, 10, 1 / 2, 1 / 1024],
    [8, 10, 1 / 2, 56 / 1024],
    [5, 10, 1 / 2, 638 / 1024],
    [0, 10, 1 / 2, 1],
    [1, 10, 0, 0],
    [3, 10, 1, 1],
    [0, 0, 0.3, 1],
    // Fisher's lady tasting tea as a binomial: all of eight cups.
    [8, 8, 1 / 2, 1 / 256],
  ])('P(X ≥ %i | n = %i, p = %f) = %f', (count, n, p, expected) => {
    expect(binomialTail(count, n, p)).toBeCloseTo(expected, 14);
  });

  it('agrees with exact integers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), fc.integer({ min: 2, max: 12 }), (n, k, classes) => {
        const count = k % (n + 1);
        expect(binomialTail(count, n, 1 / classes)).toBeCloseTo(exactTail(count, n, classes), 12);
      }),
      { numRuns: 200 },
    );
  });

  it('falls as the count rises', () => {
    const tails = Array.from({ length: 101 }, (_, count) => binomialTail(count, 100, 0.1));
    for (let i = 1; i < tails.length; i++) expect(tails[i]).toBeLessThanOrEqual(tails[i - 1] as number);
  });

  it('keeps small tails and large samples', () => {
    expect(binomialTail(100, 100, 0.1) / 1e-100).toBeCloseTo(1, 9);
    expect(binomialTail(500_001, 1_000_000, 0.5)).toBeCloseTo(0.4996, 4);
  });
});

describe('betterThanChance', () => {
  it('tells a model from a coin', () => {
    expect(betterThanChance(90, 100, 10)).toBeLessThan(1e-60);
    expect(betterThanChance(10, 100, 10)).toBeGreaterThan(0.5);
    expect(betterThanChance(0, 0, 10)).toBe(1);
    expect(betterThanChance(4, 4, 1)).toBe(1);
  });

  it('refuses what is no count', () => {
    expect(() => betterThanChance(5, 4, 10)).toThrow(GibbonError);
    expect(() => betterThanChance(1, 4, 0)).toThrow(GibbonError);
  });
});
