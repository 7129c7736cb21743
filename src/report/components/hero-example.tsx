/** The worst example of a model, told as the story of the panda that became a gibbon. */
import type { VNode } from 'preact';
import type { ExampleImages, ModelResult } from '../../audit/result.ts';
import { confidence, inByteSteps, percentOf, significant, size } from '../format.ts';
import { quoted } from '../names.ts';
import { ExampleEvidence, type EvidenceProps } from './example-evidence.tsx';
import { ExampleFacts } from './example-facts.tsx';

/** How large the change was, in words. */
function changeText(model: ModelResult, example: ExampleImages): string {
  const { threat } = model;
  const length = example.distances[threat.norm];
  if (threat.norm !== 'linf') return `a change of ${threat.norm === 'l2' ? 'L₂' : 'L₁'} length ${significant(length)}`;
  const range = inByteSteps(threat) ? `${size(length, threat)}, ${percentOf(length, 1000)} of the range` : `${significant(length)}`;
  if (example.modality === 'image') return `a change of no pixel by more than ${range}`;
  if (example.modality === 'waveform') return `a change of no sample by more than ${significant(length)} of full scale`;
  return `a change of no value by more than ${significant(length)}`;
}

function story(model: ModelResult, example: ExampleImages): string {
  const [before, after] = [confidence(example.clean.confidence), confidence(example.adversarial.confidence)];
  const was = before === null ? `The model says ${quoted(model, example.clean.label)}.` : `The model is ${before} sure that this is ${quoted(model, example.clean.label)}.`;
  const is = after === null ? `it says ${quoted(model, example.adversarial.label)}` : `it is ${after} sure of ${quoted(model, example.adversarial.label)}`;
  return `${was} After ${changeText(model, example)}, ${is}.`;
}

export function HeroExample({ prefix, ...props }: EvidenceProps & { prefix: string }): VNode {
  const { model, example } = props;
  return (
    <section class="hero panel" aria-labelledby={`${prefix}-worst-title`} id={`${prefix}-worst`}>
      <p class="eyebrow">The worst example</p>
      <h3 id={`${prefix}-worst-title`}>
        {quoted(model, example.clean.label)} becomes <em>{quoted(model, example.adversarial.label)}</em>
      </h3>
      <p class="lead">{story(model, example)}</p>
      <ExampleEvidence {...props} />
      <ExampleFacts model={model} example={example} />
    </section>
  );
}
