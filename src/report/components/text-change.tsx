/** A text that fools the model: what was changed in it, with the prediction before and after. */
import type { VNode } from 'preact';
import type { ExampleImages, ModelResult } from '../../audit/result.ts';
import { Prediction } from './prediction.tsx';
import { TextPieces } from './text-pieces.tsx';

export function TextChange({ model, example }: { model: ModelResult; example: ExampleImages }): VNode | null {
  if (example.text === undefined) return null;
  return (
    <div class="text-change">
      <TextPieces pieces={example.text.pieces} />
      <div class="tensors">
        <Prediction model={model} said={example.clean} fooled={false} />
        <span aria-hidden="true">→</span>
        <Prediction model={model} said={example.adversarial} fooled={true} />
      </div>
      <details class="inline">
        <summary>both texts in full</summary>
        <dl class="full-texts">
          <div>
            <dt>Original</dt>
            <dd>{example.text.original}</dd>
          </div>
          <div>
            <dt>Changed</dt>
            <dd>{example.text.adversarial}</dd>
          </div>
        </dl>
      </details>
    </div>
  );
}
