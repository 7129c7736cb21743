/** Every parameter that something ran with, folded away. */
import type { VNode } from 'preact';

export function Parameters({ params }: { params: Readonly<Record<string, unknown>> }): VNode | null {
  const entries = Object.entries(params);
  if (entries.length === 0) return null;
  return (
    <details class="inline">
      <summary>parameters</summary>
      <dl class="params">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd class="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
