/** The verdicts on the single items of a check, each with its sign and reason. */
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { STATUSES } from '../../statuses.ts';
import { Badge } from '../badge.tsx';

export function DetailChecklist({ detail }: { detail: DetailOf<'checklist'> }): VNode {
  return (
    <ul class="checklist">
      {detail.items.map(({ name, status, text }, i) => (
        <li key={i}>
          <Badge tone={STATUSES[status].tone}>{STATUSES[status].word}</Badge>
          <div>
            <p class="item-name">{name}</p>
            <p class="dim">{text}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
