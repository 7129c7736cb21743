/** A wide table in a region that scrolls by itself, reachable by keyboard. */
import type { ComponentChildren, VNode } from 'preact';

export function ScrollRegion({ label, children }: { label: string; children: ComponentChildren }): VNode {
  return (
    <div class="scroll" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
