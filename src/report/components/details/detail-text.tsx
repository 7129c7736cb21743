/** Texts before and after: removed pieces struck out, inserted ones marked. */
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { TextPieces } from '../text-pieces.tsx';

export function DetailText({ detail }: { detail: DetailOf<'text-diff'> }): VNode {
  return (
    <ul class="texts">
      {detail.items.map(({ caption, pieces }, i) => (
        <li key={i}>
          <TextPieces pieces={pieces} />
          <p class="dim">{caption}</p>
        </li>
      ))}
    </ul>
  );
}
