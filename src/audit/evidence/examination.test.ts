import { describe, expect, it } from 'vitest';
import { attackOf } from '../../attacks/registry.ts';
import type { RanAttack } from '../ran.ts';
import { expectedMore } from './examination.ts';

/** An attack on the first `of` examples that withstood, of which it broke these. */
function tried(id: string, of: number, broke: readonly number[]): RanAttack {
  const items = Array.from({ length: of }, (_, index) => ({ index, label: 0 }));
  const none = { label: 0, confidence: 1, distances: null, broken8bit: null, queries: 1, gradients: 0 };
  const replies = new Map(items.map(({ index }) => [index, { index, broken: broke.includes(index), ...none }]));
  return { unit: attackOf(id), planned: { id, params: {} }, items, save: undefined, replies };
}

describe('what would still fall', () => {
  it('is as large a share of the rest as of the sample', () => {
    // Of 50 tried again 5 fell to one of the two: a tenth of the other 50.
    const trials = { steps: tried('pgd', 50, [1, 2, 3]), restarts: tried('pgd', 50, [3, 4, 5]) };
    expect(expectedMore({ trials, standing: 100 })).toBeCloseTo(5, 12);
  });

  it('leaves out what an attack on everything has broken already, in the sample and beside it', () => {
    // 10 fell to scores, 6 of them in the sample of 50: 44 are left of it, of which 4 fell to more steps, and 46 beside it.
    const scores = tried('square', 100, [0, 1, 2, 3, 4, 5, 60, 61, 62, 63]);
    const trials = { scores, steps: tried('pgd', 50, [5, 10, 11, 12, 13]) };
    expect(expectedMore({ trials, standing: 100 })).toBeCloseTo((46 * 4) / 44, 12);
  });

  it('is nothing where everything was tried, or nothing was', () => {
    expect(expectedMore({ trials: { scores: tried('square', 30, [1]), steps: tried('pgd', 30, [2]) }, standing: 30 })).toBe(0);
    expect(expectedMore({ trials: {}, standing: 30 })).toBe(0);
  });
});
