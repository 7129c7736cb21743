import { describe, expect, it } from 'vitest';
import { shiftedClasses } from './class-order.ts';

const LABELS = Array.from({ length: 60 }, (_, i) => i % 6);

describe('shiftedClasses', () => {
  it('finds two classes that are exchanged, and three that are turned round', () => {
    expect(
      shiftedClasses(
        LABELS.map((label) => [1, 0, 2, 3, 4, 5][label] as number),
        LABELS,
      ).sort(),
    ).toEqual([0, 1]);
    expect(
      shiftedClasses(
        LABELS.map((label) => [0, 1, 3, 4, 2, 5][label] as number),
        LABELS,
      ).sort(),
    ).toEqual([2, 3, 4]);
  });
  it('finds none in a right order, in a model that confuses one class, that always answers one, or that errs at large', () => {
    expect(shiftedClasses(LABELS, LABELS)).toEqual([]);
    expect(
      shiftedClasses(
        LABELS.map((label) => (label === 3 ? 5 : label)),
        LABELS,
      ),
    ).toEqual([]);
    expect(
      shiftedClasses(
        LABELS.map(() => 2),
        LABELS,
      ),
    ).toEqual([]);
    expect(
      shiftedClasses(
        LABELS.map((label, i) => (Math.floor(i / 6) % 2 === 0 ? label : (label + i) % 6)),
        LABELS,
      ),
    ).toEqual([]);
  });
  it('takes three examples for no pattern', () => expect(shiftedClasses([1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1])).toEqual([]));
});
