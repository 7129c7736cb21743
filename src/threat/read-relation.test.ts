import { describe, expect, it } from 'vitest';
import { readRelation } from './read-relation.ts';
import { keeps } from './relation.ts';

const NAMES = ['a', 'b', 'c', 'capital.gain', 'sum owed'];
const read = (text: string) => readRelation(text, (name) => NAMES.indexOf(name));
const holds = (text: string, values: readonly number[], whole = false): boolean =>
  keeps(
    read(text),
    (at) => values[at] as number,
    () => whole,
  );

describe('readRelation', () => {
  it.each([
    ['a = b + c', [3, 1, 2], true],
    ['a = b + c', [3, 1, 3], false],
    ['a = b - c - 1', [2, 5, 2], true],
    ['a = b / c / 2', [2, 12, 3], true],
    ['a = 2 * (b + c) - -1', [7, 1, 2], true],
    ['a<=b', [1, 1], true],
    ['a <= b', [1.1, 1], false],
    ['a >= 0.5*b', [1, 2], true],
    ['a >= 0.5*b', [1, 3], false],
    ['"sum owed" = capital.gain * 1e3', [0, 0, 0, 2, 2000], true],
    // What is divided by nothing keeps nothing.
    ['a = b / c', [1, 1, 0], false],
    // Float32 and short decimals.
    ['a = b / c', [Math.fround(1 / 3), 1, 3], true],
    ['a = b / c', [0.334, 1, 3], false],
  ] as const)('%s on %j: %s', (text, values, kept) => {
    expect(holds(text, values)).toBe(kept);
  });

  it('takes a whole column for its term rounded', () => {
    expect(holds('a = b / c', [2, 5, 3], true)).toBe(true);
    expect(holds('a = b / c', [3, 5, 3], true)).toBe(false);
    expect(holds('a + b = c', [2, 5, 8], true)).toBe(false);
  });

  it.each(['a + b', 'a = ', 'a = b c', 'a = (b', 'a = b ^ 2', 'a < b', 'a = b = c'])('says why it cannot read %s', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
  });
});
