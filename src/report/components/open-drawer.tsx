/** The link that shows an example large: `#example-<model>-<position>`, which the page's script opens in a drawer. */
import type { VNode } from 'preact';

export function exampleId(modelIndex: number, position: number): string {
  return `example-${modelIndex}-${position}`;
}

export function OpenDrawer({ modelIndex, position }: { modelIndex: number; position: number }): VNode {
  return (
    <p class="open-drawer needs-script">
      <a href={`#${exampleId(modelIndex, position)}`}>See it large</a>
    </p>
  );
}
