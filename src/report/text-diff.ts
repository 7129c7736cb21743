/** A changed text as pieces to show: long unchanged stretches are shortened, and blanks that came or went are made visible. */
import type { TextPiece } from '../audit/result.ts';

/** Characters of unchanged text beside a change, and the length from which it is shortened. */
const BESIDE = 40;
const LONG = 2 * BESIDE + 20;

export function shownPieces(pieces: readonly TextPiece[]): TextPiece[] {
  return pieces.map(({ kind, text }, i) =>
    kind === 'same'
      ? { kind, text: shortened(text, i > 0, i < pieces.length - 1) }
      : { kind, text: text.replaceAll(' ', '␣').replaceAll('\n', '⏎') },
  );
}

/** Keeps what stands beside a change before or after it. */
function shortened(text: string, before: boolean, after: boolean): string {
  const characters = Array.from(text);
  if (characters.length <= (before && after ? LONG : LONG - BESIDE)) return text;
  const start = before ? characters.slice(0, BESIDE).join('') : '';
  const end = after ? characters.slice(-BESIDE).join('') : '';
  return `${start}…${end}`;
}
