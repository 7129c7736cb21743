import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subset } from './subset.ts';

const data = (labels: number[]): { length: number; labels: Int32Array } => ({ length: labels.length, labels: Int32Array.from(labels) });
const perLabel = (labels: number[], chosen: number[]): number[] => {
  const counts: number[] = [];
  for (const index of chosen) counts[labels[index] as number] = (counts[labels[index] as number] ?? 0) + 1;
  return counts;
};

describe('subset', () => {
  it('takes the first in file order', () => {
    expect(subset(data([0, 1, 2, 0]), { first: 3, seed: 0 })).toEqual([0, 1, 2]);
  });

  it('takes all without a number, or with one that reaches the end', () => {
    for (const options of [{}, { n: 4 }, { n: 9 }, { first: 4 }, { first: 9 }])
      expect(subset(data([0, 1, 2, 0]), { ...options, seed: 0 })).toEqual([0, 1, 2, 3]);
  });

  it('keeps the shares of the classes exactly where they divide', () => {
    const labels = Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : i < 90 ? 1 : 2));
    expect(perLabel(labels, subset(data(labels), { n: 10, seed: 5 }))).toEqual([6, 3, 1]);
  });

  it('is within one of each share, ascending, without repetition, and a function of the seed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 80 }), fc.integer({ min: 1, max: 90 }), fc.nat(), (labels, n, seed) => {
        const chosen = subset(data(labels), { n, seed });
        expect(chosen.length).toBe(Math.min(n, labels.length));
        expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
        expect(subset(data(labels), { n, seed })).toEqual(chosen);
        for (const label of new Set(labels)) {
          const share = (chosen.length * labels.filter((l) => l === label).length) / labels.length;
          expect(Math.abs(chosen.filter((i) => labels[i] === label).length - share)).toBeLessThan(1);
        }
      }),
    );
  });

  it('draws other samples for another seed, and all equally often', () => {
    const labels = new Array<number>(10).fill(3);
    const counts = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 2000; seed++)
      for (const index of subset(data(labels), { n: 5, seed })) counts[index] = (counts[index] ?? 0) + 1;
    // Six standard deviations around 1000.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(135);
  });

  it('breaks ties by the seed, so that no class is always preferred', () => {
    const seen = new Set(Array.from({ length: 50 }, (_, seed) => subset(data([0, 1, 2]), { n: 1, seed })[0]));
    expect(seen.size).toBe(3);
  });

  it('counts unlabelled data as one class', () => {
    expect(subset({ length: 5, labels: undefined }, { n: 2, seed: 0 })).toHaveLength(2);
  });

  it('refuses numbers that are none', () => {
    for (const options of [{ n: 0 }, { n: 1.5 }, { first: -1 }, { n: 1, first: 1 }]) {
      expect(() => subset(data([0, 1]), { ...options, seed: 0 })).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
    }
  });
});
