/** How an input breaks the model, as a sum: original + change = what fools it, with the prediction under each. */
import type { ComponentChildren, VNode } from 'preact';
import { distance } from '../format.ts';
import { quoted } from '../names.ts';
import { pictureId } from '../pictures.ts';
import { ColumnTable } from './column-table.tsx';
import type { EvidenceProps } from './evidence-props.ts';
import { Picture } from './picture.tsx';
import { Prediction } from './prediction.tsx';
import { TextChange } from './text-change.tsx';
import { Waveforms } from './waveforms.tsx';

/** An amplification without needless digits. */
function times(amplification: number): number {
  return Number(amplification.toPrecision(3));
}

function Change({ model, example }: Pick<EvidenceProps, 'model' | 'example'>): VNode {
  return (
    <div class="prediction change">
      <span class="prediction-name">the change</span>
      <span class="prediction-sure num">
        <span class="in-full">at most {distance(example.distances, model.threat)}</span>
        {example.amplification !== null && <span>drawn ×{times(example.amplification)}</span>}
      </span>
    </div>
  );
}

function Sum({ terms }: { terms: ComponentChildren[] }): VNode {
  return (
    <div class="sum">
      {terms.map((term, i) => (
        <>
          {i > 0 && (
            <span class="operator" aria-hidden="true">
              {i === 1 ? '+' : '='}
            </span>
          )}
          <div class="term">{term}</div>
        </>
      ))}
    </div>
  );
}

function Pictures({ model, modelIndex, example, position }: EvidenceProps): VNode {
  const id = (kind: 'original' | 'difference' | 'adversarialImage'): string => pictureId(modelIndex, position, kind);
  const amplified = example.amplification === null ? '' : `, amplified ${times(example.amplification)} times`;
  return (
    <Sum
      terms={[
        <>
          <Picture
            uri={example.original}
            id={id('original')}
            alt={`Original of ${example.id}, seen as ${quoted(model, example.clean.label)}`}
          />
          <Prediction model={model} said={example.clean} fooled={false} />
        </>,
        <>
          <Picture uri={example.difference} id={id('difference')} alt={`The change${amplified}`} />
          <Change model={model} example={example} />
        </>,
        <>
          <Picture
            uri={example.adversarialImage}
            id={id('adversarialImage')}
            alt={`Changed, seen as ${quoted(model, example.adversarial.label)}`}
          />
          <Prediction model={model} said={example.adversarial} fooled={true} />
        </>,
      ]}
    />
  );
}

/** Values that no picture shows: only the predictions, where they say more than the heading above them. */
function Tensors({ model, example }: EvidenceProps): VNode | null {
  if (example.clean.confidence === null && example.adversarial.confidence === null) return null;
  return (
    <div class="tensors">
      <Prediction model={model} said={example.clean} fooled={false} />
      <span aria-hidden="true">→</span>
      <Prediction model={model} said={example.adversarial} fooled={true} />
    </div>
  );
}

export function ExampleEvidence(props: EvidenceProps): VNode {
  if (props.example.modality === 'image') return <Pictures {...props} />;
  if (props.example.modality === 'waveform' && props.example.series !== null) return <Waveforms {...props} />;
  if (props.example.changes !== undefined) return <ColumnTable model={props.model} example={props.example} />;
  if (props.example.text !== undefined) return <TextChange model={props.model} example={props.example} />;
  return <Tensors {...props} />;
}
