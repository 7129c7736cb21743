/** What the model says, and how sure it is, as a name with a bar. */
import type { VNode } from 'preact';
import type { ModelResult, Prediction as Predicted } from '../../audit/result.ts';
import { confidence } from '../format.ts';
import { className } from '../names.ts';

export function Prediction({ model, said, fooled }: { model: ModelResult; said: Predicted; fooled: boolean }): VNode {
  const sure = confidence(said.confidence);
  return (
    <div class={`prediction ${fooled ? 'tone-bad' : 'tone-plain'}`}>
      <span class="prediction-name">{className(model, said.label)}</span>
      {sure !== null && (
        <span class="prediction-sure">
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${((said.confidence ?? 0) * 100).toFixed(1)}%` }} />
          </span>
          <span class="num">{sure}</span>
        </span>
      )}
    </div>
  );
}
