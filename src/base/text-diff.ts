/** What differs between two texts, as pieces in reading order: the longest common subsequence stays (Wagner & Fischer 1974). */

export interface Piece {
  /** In both texts, only in the first, or only in the second. */
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Neighbouring characters of one kind are one piece; what is removed comes before what takes its place. */
export function piecesOf(before: string, after: string): Piece[] {
  const [a, b] = [Array.from(before), Array.from(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const marks = middle(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const same = (characters: readonly string[]): Piece[] => characters.map((text) => ({ kind: 'same', text }));
  return joined([...same(a.slice(0, start)), ...marks, ...same(a.slice(a.length - end))]);
}

function middle(a: readonly string[], b: readonly string[]): Piece[] {
  // cost[i][j]: fewest edits that turn a from i on into b from j on.
  const cost = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => cost[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = a.length; i >= 0; i--) {
    for (let j = b.length; j >= 0; j--) {
      if (i === a.length && j === b.length) continue;
      const kept = at(i + 1, j + 1) + (a[i] === b[j] ? 0 : 1);
      (cost[i] as number[])[j] = Math.min(kept, at(i + 1, j) + 1, at(i, j + 1) + 1);
    }
  }
  const pieces: Piece[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [own, other] = [a[i], b[j]];
    if (own !== undefined && other !== undefined && at(i, j) === at(i + 1, j + 1) + (own === other ? 0 : 1)) {
      pieces.push(...(own === other ? [{ kind: 'same' as const, text: own }] : replaced(own, other)));
      i++;
      j++;
    } else if (own !== undefined && at(i, j) === at(i + 1, j) + 1) {
      pieces.push({ kind: 'removed', text: own });
      i++;
    } else {
      pieces.push({ kind: 'added', text: other ?? '' });
      j++;
    }
  }
  return pieces;
}

const replaced = (own: string, other: string): Piece[] => [
  { kind: 'removed', text: own },
  { kind: 'added', text: other },
];

function joined(pieces: readonly Piece[]): Piece[] {
  const made: Piece[] = [];
  for (const piece of pieces) {
    const last = made.at(-1);
    if (last?.kind === piece.kind) made[made.length - 1] = { kind: last.kind, text: last.text + piece.text };
    else made.push(piece);
  }
  return made;
}
