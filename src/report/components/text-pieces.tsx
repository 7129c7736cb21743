/** A changed text with removed characters struck out and inserted ones marked. */
import type { VNode } from 'preact';
import type { TextPiece } from '../../audit/result.ts';
import { shownPieces } from '../text-diff.ts';

const ELEMENTS = { same: 'span', removed: 'del', added: 'ins' } as const;

export function TextPieces({ pieces }: { pieces: readonly TextPiece[] }): VNode {
  return (
    <blockquote class="text-diff">
      {shownPieces(pieces).map(({ kind, text }, i) => {
        const Element = ELEMENTS[kind];
        return <Element key={i}>{text}</Element>;
      })}
    </blockquote>
  );
}
