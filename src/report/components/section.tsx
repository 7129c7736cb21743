/** A titled part of a model's audit, with an anchor to link to. */
import type { ComponentChildren, VNode } from 'preact';

export function Section({
  id,
  title,
  lead,
  children,
}: {
  id: string;
  title: string;
  lead?: ComponentChildren;
  children: ComponentChildren;
}): VNode {
  return (
    <section class="section" id={id}>
      <h3>{title}</h3>
      {lead !== undefined && <p class="lead">{lead}</p>}
      {children}
    </section>
  );
}
