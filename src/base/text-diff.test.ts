/** The pieces of a change put both texts together again, and are no more than the edits need. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { piecesOf } from './text-diff.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '😀'), maxLength: 12 });

it('shows insertions, deletions and replacements in reading order', () => {
  expect(piecesOf('new message', 'Bew messag')).toEqual([
    { kind: 'removed', text: 'n' },
    { kind: 'added', text: 'B' },
    { kind: 'same', text: 'ew messag' },
    { kind: 'removed', text: 'e' },
  ]);
  expect(piecesOf('adm', 'ad?m')).toEqual([
    { kind: 'same', text: 'ad' },
    { kind: 'added', text: '?' },
    { kind: 'same', text: 'm' },
  ]);
  expect(piecesOf('', '')).toEqual([]);
});

it('holds both texts', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const pieces = piecesOf(before, after);
      const without = (kind: 'removed' | 'added'): string =>
        pieces
          .filter((piece) => piece.kind !== kind)
          .map((piece) => piece.text)
          .join('');
      expect(without('added')).toBe(before);
      expect(without('removed')).toBe(after);
      expect(pieces.every((piece, i) => piece.text !== '' && piece.kind !== pieces[i - 1]?.kind)).toBe(true);
    }),
  );
});
