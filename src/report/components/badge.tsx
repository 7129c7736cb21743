/** A word in a tone, with its sign. */
import type { ComponentChildren, VNode } from 'preact';
import type { Tone } from '../names.ts';
import { Sign } from './sign.tsx';

export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }): VNode {
  return (
    <span class={`badge tone-${tone}`}>
      <Sign tone={tone} />
      {children}
    </span>
  );
}
