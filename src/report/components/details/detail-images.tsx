/** Pictures side by side, each with its caption. */
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { Picture } from '../picture.tsx';

export function DetailImages({ detail, id }: { detail: DetailOf<'images'>; id: string }): VNode {
  return (
    <ul class="pictures">
      {detail.items.map(({ caption, source, alt }, i) => (
        <li key={i}>
          <Picture uri={source} alt={alt} id={`${id}-${i}`} />
          <p>{caption}</p>
        </li>
      ))}
    </ul>
  );
}
