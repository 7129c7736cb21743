import { describe, expect, it } from 'vitest';
import { classesBetween } from './same-classes.ts';

const of = (labels: number[], classes: number, classNames: string[] | null = null) => ({ labels, classes, classNames });

describe('classesBetween', () => {
  it('the same order, also where a class has no example', () => {
    expect(classesBetween(of([0, 2, 0], 3), of([0, 2, 0], 3))).toEqual({ classes: [0, 1, 2] });
  });

  it('another order, found by the labels of the same examples', () => {
    expect(classesBetween(of([0, 1, 2, 1], 3), of([2, 0, 1, 0], 3))).toEqual({ classes: [2, 0, 1] });
  });

  it('a class without an example is found by its name', () => {
    const [own, other] = [of([0, 1], 3, ['ant', 'bee', 'cat']), of([2, 0], 3, ['bee', 'cat', 'ant'])];
    expect(classesBetween(own, other)).toEqual({ classes: [2, 0, 1] });
  });

  it.each([
    ['another number of classes', of([0, 1], 2), of([0, 1], 3), '3 classes'],
    ['classes that were cut otherwise', of([0, 0, 1], 3), of([0, 1, 2], 3), 'not those'],
    ['two classes in one', of([0, 1], 2), of([0, 0], 2), 'not those'],
  ])('%s: says so', (_, own, other, reason) => {
    expect(classesBetween(own, other)).toEqual({ reason: expect.stringContaining(reason) });
  });
});
