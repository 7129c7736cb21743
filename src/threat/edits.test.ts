/** Edits and the distance that counts them, against the definition and known pairs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePointsOf, lengthOf, padded, textOf } from '../base/code-points.ts';
import { editDistance, edited, PRINTABLE } from './edits.ts';

const row = (text: string, room = 3): Float32Array => {
  const points = codePointsOf(text);
  return padded(points, points.length + room);
};

/** The definition, by recursion over the first characters. */
function defined(a: string, b: string): number {
  if (a === '') return b.length;
  if (b === '') return a.length;
  if (a[0] === b[0]) return defined(a.slice(1), b.slice(1));
  return 1 + Math.min(defined(a.slice(1), b), defined(a, b.slice(1)), defined(a.slice(1), b.slice(1)));
}

const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((own) => !/\p{Surrogate}/u.test(own) && !own.includes('\0'));

describe('editDistance', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['saturday', 'sunday', 3],
    ['', 'abc', 3],
    ['flaw', 'lawn', 2],
    ['😀a', 'a😀', 2],
    ['same', 'same', 0],
  ])('%s → %s: %i', (a, b, edits) => {
    expect(editDistance(row(a), row(b, 9))).toBe(edits);
  });

  it('is what the definition says', () => {
    fc.assert(fc.property(short, short, (a, b) => editDistance(row(a), row(b)) === defined(a, b)));
  });
});

describe('edited', () => {
  it('inserts, replaces and deletes where it should', () => {
    const own = row('abc');
    const x = 'x'.codePointAt(0);
    expect(Array.from({ length: 7 }, (_, place) => textOf(edited(own, place, x)))).toEqual([
      'xabc',
      'xbc',
      'axbc',
      'axc',
      'abxc',
      'abx',
      'abcx',
    ]);
    expect([1, 3, 5].map((place) => textOf(edited(own, place, undefined)))).toEqual(['bc', 'ac', 'ab']);
    expect(textOf(own)).toBe('abc');
  });

  it('is one edit at most, and finds no room in a full row', () => {
    const any = fc.record({ text, at: fc.nat(), character: fc.option(fc.constantFrom(...PRINTABLE), { nil: undefined }) });
    fc.assert(
      fc.property(any, ({ text: own, at, character }) => {
        const before = row(own);
        const after = edited(before, at % (2 * lengthOf(before) + 1), character);
        expect(editDistance(before, after)).toBeLessThanOrEqual(1);
        expect(after.length).toBe(before.length);
      }),
    );
    expect(() => edited(row('abc', 0), 0, 0x20)).toThrow(RangeError);
  });
});

it('texts survive as rows', () => {
  fc.assert(fc.property(text, (own) => textOf(row(own)) === own));
  expect(textOf(codePointsOf('a\0b'))).toBe('ab');
});
