/** When a loss counts as still rising, by curves whose ends are known. */
import { describe, expect, it } from 'vitest';
import { isRising } from './attack-items.ts';
import { isMaterial, isMaterialOf } from './examination.ts';

const curve = (of: (step: number) => number): { index: number; losses: number[] } => ({
  index: 0,
  losses: Array.from({ length: 41 }, (_, i) => of(i)),
});

describe('isRising', () => {
  it('holds for a straight line that would cross zero in as many steps again', () => {
    expect(isRising(curve((i) => -10 + 0.15 * i))).toBe(true);
  });
  it('does not for one that would not', () => {
    expect(isRising(curve((i) => -10 + 0.1 * i))).toBe(false);
  });
  it('does not for a curve that has flattened, and not for one that jumps around its best', () => {
    expect(isRising(curve((i) => -2 - 8 * Math.exp(-i / 3)))).toBe(false);
    expect(isRising(curve((i) => (i % 2 === 0 ? -1 : -3)))).toBe(false);
  });
});

it('one lucky example is nothing, four of fifty are something', () => {
  expect([1, 3, 4].map((count) => isMaterial(count, 50))).toEqual([false, false, true]);
  expect(isMaterial(0, 0)).toBe(false);
});

it('what falls of a few that withstood is weighed by how many those are', () => {
  expect(isMaterialOf(2, 3, { standing: 3, correct: 500 })).toBe(false);
  expect(isMaterialOf(20, 50, { standing: 450, correct: 500 })).toBe(true);
});
