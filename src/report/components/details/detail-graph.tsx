/** A few nodes of a model's graph in their order; suspicious ones are marked by a word as well as by colour. */
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { Badge } from '../badge.tsx';

export function DetailGraph({ detail }: { detail: DetailOf<'graph'> }): VNode {
  return (
    <ol class="nodes">
      {detail.nodes.map(({ name, type, inputs, outputs, attributes, suspicious }, i) => (
        <li key={i} class={suspicious ? 'node suspicious tone-bad' : 'node'}>
          <p class="node-head">
            <strong class="mono">{type}</strong> {name !== '' && <span class="dim">{name}</span>}
            {suspicious && <Badge tone="bad">suspicious</Badge>}
          </p>
          <p class="mono">
            {inputs.join(', ')} → {outputs.join(', ')}
          </p>
          {attributes !== undefined && attributes !== '' && <p class="mono dim">{attributes}</p>}
        </li>
      ))}
    </ol>
  );
}
