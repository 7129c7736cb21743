/** The standards that a check speaks to, as short marks with their names. */
import type { VNode } from 'preact';
import { parseTag } from '../standards.ts';

export function Tags({ tags }: { tags: readonly string[] }): VNode | null {
  if (tags.length === 0) return null;
  return (
    <ul class="tags" aria-label="Standards">
      {[...new Set(tags)].map((tag) => {
        const known = parseTag(tag);
        return (
          <li
            key={tag}
            class="chip"
            title={known === null ? undefined : `${known.framework.name}${known.name === null ? '' : `: ${known.name}`}`}
          >
            {tag.replace(':', ' ')}
          </li>
        );
      })}
    </ul>
  );
}
