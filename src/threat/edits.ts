/** Perturbations of text: single-character insertions, deletions and replacements, and the distance that counts them (Levenshtein 1966). */
import { lengthOf } from '../base/code-points.ts';

/** The fewest insertions, deletions and replacements of one character that turn one padded row of code points into the other. */
export function editDistance(a: Float32Array, b: Float32Array): number {
  let [from, endA, endB] = [0, lengthOf(a), lengthOf(b)];
  while (from < endA && from < endB && a[from] === b[from]) from++;
  while (endA > from && endB > from && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  let row = Array.from({ length: endB - from + 1 }, (_, i) => i);
  for (let i = from; i < endA; i++) {
    const next = [i - from + 1];
    for (let j = from; j < endB; j++) {
      const [diagonal, above, left] = [row[j - from] as number, row[j - from + 1] as number, next[j - from] as number];
      next.push(Math.min(diagonal + (a[i] === b[j] ? 0 : 1), above + 1, left + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}

/** Printable ASCII, U+0020 to U+007E. */
export const PRINTABLE: readonly number[] = Array.from({ length: 0x7f - 0x20 }, (_, i) => 0x20 + i);

/**
 * One edit of a text, by its place among the 2n + 1 of a text of n characters (Charmer's expansion): an even place 2i is the gap before character i,
 * an odd place 2i + 1 is character i. `character` goes there; without it the character at an odd place is deleted.
 * @throws RangeError where the row is too short for one more character
 */
export function edited(row: Float32Array, place: number, character: number | undefined): Float32Array {
  const at = place >> 1;
  const made = row.slice();
  if (place % 2 === 1 && character !== undefined) made[at] = character;
  else if (place % 2 === 1) {
    made.copyWithin(at, at + 1);
    made[made.length - 1] = 0;
  } else if (character !== undefined) {
    if (lengthOf(row) === row.length) throw new RangeError('no room for one more character');
    made.copyWithin(at + 1, at);
    made[at] = character;
  }
  return made;
}
