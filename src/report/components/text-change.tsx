/** A text that fools the model: removed characters struck out, inserted ones marked, with the prediction before and after. */
import type { VNode } from 'preact';
import type { ExampleImages, ModelResult } from '../../audit/result.ts';
import { shownPieces } from '../text-diff.ts';
import { Prediction } from './prediction.tsx';

const ELEMENTS = { same: 'span', removed: 'del', added: 'ins' } as const;

export function TextChange({ model, example }: { model: ModelResult; example: ExampleImages }): VNode | null {
  if (example.text === undefined) return null;
  return (
    <div class="text-change">
      <blockquote class="text-diff">
        {shownPieces(example.text.pieces).map(({ kind, text }, i) => {
          const Element = ELEMENTS[kind];
          return <Element key={i}>{text}</Element>;
        })}
      </blockquote>
      <div class="tensors">
        <Prediction model={model} said={example.clean} fooled={false} />
        <span aria-hidden="true">→</span>
        <Prediction model={model} said={example.adversarial} fooled={true} />
      </div>
    </div>
  );
}
