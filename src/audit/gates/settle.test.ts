import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialTail } from '../../stats/binomial.ts';
import { clopperPearson, proportion } from '../../stats/proportion.ts';
import { nByScaling, nToShowShare } from './n-needed.ts';
import { settle } from './settle.ts';

const of = (count: number, n: number) => ({ ...proportion(count, n), isExact: true });

describe('a share against a minimum', () => {
  // 250 of 500: the exact interval is 45.5 to 54.5 %.
  it.each([
    [0.4, 'pass'],
    [0.455, 'pass'],
    [0.456, 'cannot-tell'],
    [0.5, 'cannot-tell'],
    [0.501, 'fail'],
    [0.6, 'fail'],
  ] as const)('250 of 500 and at least %f: %s', (min, outcome) => expect(settle(of(250, 500), 'min', min).outcome).toBe(outcome));

  it('against a maximum it is the same the other way round', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (n, k, limit) => {
        const count = k % (n + 1);
        const [least, most] = [settle(of(count, n), 'min', limit), settle(of(n - count, n), 'max', 1 - limit)];
        // Rounding of 1 − x can turn a tie.
        if (Math.abs(count / n - limit) > 1e-9 && Math.abs(proportion(count, n).low - limit) > 1e-9)
          expect(least.outcome).toBe(most.outcome);
      }),
    );
  });

  it('never passes what is not shown: where the truth lies below the minimum it passes in 2.5 % of samples at most', () => {
    for (const [n, truth] of [
      [50, 0.4],
      [500, 0.4],
      [500, 0.9],
    ] as const) {
      // Exact: the upper tail of the binomial distribution from the least count that passes.
      const least = Array.from({ length: n + 1 }, (_, count) => count).find(
        (count) => settle(of(count, n), 'min', truth).outcome === 'pass',
      );
      const passes = binomialTail(least as number, n, truth);
      expect(passes).toBeLessThanOrEqual(0.025);
      expect(passes).toBeGreaterThan(0);
    }
  });
});

describe('what has no interval or no value', () => {
  it('a count is what it is', () => {
    expect(settle({ value: 3, low: null, high: null, n: null }, 'max', 3).outcome).toBe('pass');
    expect(settle({ value: 4, low: null, high: null, n: null }, 'max', 3).outcome).toBe('fail');
  });
  it('what n cannot resolve cannot be told', () => {
    expect(settle({ value: null, low: null, high: null, n: 20 }, 'max', 3)).toEqual({ outcome: 'cannot-tell', nNeeded: null });
    expect(settle({ value: Number.NaN, low: null, high: null, n: 20 }, 'min', 3).outcome).toBe('cannot-tell');
  });
});

describe('the n that a gate needs', () => {
  it('has a closed form where every example is right: 0.025^(1/n) ≥ min', () => {
    for (const min of [0.5, 0.9, 0.99, 0.999]) expect(nToShowShare(1, min)).toBe(Math.ceil(Math.log(0.025) / Math.log(min)));
  });

  it('settles the gate at that n, and not at a clearly smaller one', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 0.95, noNaN: true }), fc.double({ min: 0.03, max: 0.3, noNaN: true }), (share, room) => {
        const min = share - room;
        if (min <= 0) return;
        const n = nToShowShare(share, min) as number;
        expect(clopperPearson(Math.floor(share * n + 1e-9), n).low).toBeGreaterThanOrEqual(min);
        const less = Math.floor(0.9 * n) - 2;
        if (less > 0) expect(clopperPearson(Math.floor(share * less), less).low).toBeLessThan(min);
      }),
      { numRuns: 60 },
    );
  });

  it('is told where the value keeps the limit and its interval does not', () => {
    const { outcome, nNeeded } = settle(of(42, 100), 'min', 0.4);
    expect(outcome).toBe('cannot-tell');
    const n = nNeeded as number;
    expect(settle(of(Math.floor(0.42 * n + 1e-9), n), 'min', 0.4).outcome).toBe('pass');
    expect(settle(of(40, 100), 'min', 0.4)).toEqual({ outcome: 'cannot-tell', nNeeded: null });
    expect(settle(of(200, 500), 'max', 0.42).nNeeded).toBe(nToShowShare(0.6, 1 - 0.42));
  });

  it('grows with the square for other figures', () => {
    // Half as much room as the interval needs: four times the sample.
    expect(nByScaling(100, { value: 0.6, end: 0.4, limit: 0.5 })).toBe(400);
    expect(settle({ value: 0.6, low: 0.4, high: 0.8, n: 100 }, 'min', 0.5)).toEqual({ outcome: 'cannot-tell', nNeeded: 400 });
  });
});
