/** The worst example of a model, told as the story of the panda that became a gibbon. */
import type { VNode } from 'preact';
import type { ExampleImages, ModelResult } from '../../audit/result.ts';
import { distanceIn } from '../../threat/metric.ts';
import { changeSentence } from '../column-changes.ts';
import { confidence, inByteSteps, norm, percentOf, significant, size } from '../format.ts';
import { exampleWord, quoted } from '../names.ts';
import type { EvidenceProps } from './evidence-props.ts';
import { ExampleEvidence } from './example-evidence.tsx';
import { ExampleFacts } from './example-facts.tsx';
import { exampleId, OpenDrawer } from './open-drawer.tsx';

/** The change as an instruction that anyone could follow. */
function recipe(model: ModelResult, example: ExampleImages): string {
  const { threat } = model;
  const { one } = exampleWord(model);
  if (example.changes !== undefined) return changeSentence(example.changes);
  const length = distanceIn(example.distances, threat.norm);
  if (threat.norm === 'edits') return `Change ${length === 1 ? 'one character' : `${length} characters`}`;
  if (threat.norm === 'l0') return `Change ${size(length, threat)} of the ${one}`;
  if (threat.norm !== 'linf') return `Change the ${one} by an ${norm(threat.norm)} length of ${significant(length)}`;
  const range = inByteSteps(threat) ? `${size(length, threat)}, ${percentOf(length, 1000)} of the range` : significant(length);
  const part = { image: 'pixel', waveform: 'sample', text: 'character', table: 'value', tensor: 'value' }[example.modality];
  return `Change no ${part} by more than ${example.modality === 'waveform' ? `${range} of full scale` : range}`;
}

function story(model: ModelResult, example: ExampleImages): string {
  const [before, after] = [confidence(example.clean.confidence), confidence(example.adversarial.confidence)];
  const [was, is] = [quoted(model, example.clean.label), quoted(model, example.adversarial.label)];
  const then = recipe(model, example);
  if (before === null || after === null) return `The model calls this ${was}. ${then}, and it says ${is}.`;
  return `The model is ${before} sure that this is ${was}. ${then}, and it is ${after} sure of ${is}.`;
}

export function HeroExample({ prefix, ...props }: EvidenceProps & { prefix: string }): VNode {
  const { model, example } = props;
  return (
    <section class="hero panel" aria-labelledby={`${prefix}-worst-title`} id={exampleId(props.modelIndex, props.position)} data-drawer>
      <p class="eyebrow">The worst example</p>
      <h3 id={`${prefix}-worst-title`}>
        {quoted(model, example.clean.label)} becomes <em>{quoted(model, example.adversarial.label)}</em>
      </h3>
      <p class="lead">{story(model, example)}</p>
      <ExampleEvidence {...props} />
      <ExampleFacts model={model} example={example} />
      <OpenDrawer modelIndex={props.modelIndex} position={props.position} />
    </section>
  );
}
