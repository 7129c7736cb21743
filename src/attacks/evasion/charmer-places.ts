/** Where Charmer may edit: everywhere, or under the rules of Pruthi et al. (arXiv:1905.11268) only inside of words that are long enough. */
import { lengthOf } from '../../base/code-points.ts';
import { PRINTABLE } from '../../threat/edits.ts';

export interface Places {
  /** Places of the text that may be edited, ascending: 2i is the gap before character i, 2i + 1 the character itself. */
  open(row: Float32Array): number[];
  /** Tells that a place of this text has been edited. */
  taken(row: Float32Array, place: number): void;
  /** The characters that may be written. */
  readonly alphabet: readonly number[];
  /** May a blank be written? */
  readonly blank: boolean;
}

const BLANK = 0x20;
const LETTERS = PRINTABLE.filter((point) => point !== BLANK);
/** Shorter words are left alone. */
const SHORTEST = 4;

export function everywhere(): Places {
  return {
    open: (row) => Array.from({ length: 2 * lengthOf(row) + 1 }, (_, place) => place),
    taken: () => {},
    alphabet: PRINTABLE,
    blank: true,
  };
}

/** One edit for each word of four characters or more, not at its first or last character; blanks stay where they are. */
export function insideWords(): Places {
  const done = new Set<number>();
  return {
    open: (row) => wordsOf(row).flatMap((word, i) => (done.has(i) ? [] : inside(word))),
    taken: (row, place) => {
      done.add(wordsOf(row).findIndex(({ from, to }) => place >= 2 * from && place <= 2 * to));
    },
    alphabet: LETTERS,
    blank: false,
  };
}

interface Word {
  /** First character, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

function wordsOf(row: Float32Array): Word[] {
  const words: Word[] = [];
  const length = lengthOf(row);
  for (let from = 0; from < length; ) {
    let to = from;
    while (to < length && row[to] !== BLANK) to++;
    if (to > from) words.push({ from, to });
    from = Math.max(to, from + 1);
  }
  return words;
}

/** From the gap behind the first character to the gap before the last. */
function inside({ from, to }: Word): number[] {
  return to - from < SHORTEST ? [] : Array.from({ length: 2 * (to - from) - 3 }, (_, i) => 2 * from + 2 + i);
}
