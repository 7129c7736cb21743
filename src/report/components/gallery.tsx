/** More examples that fooled the model, as cards: the first few open, the rest behind a fold. */
import type { VNode } from 'preact';
import type { ModelResult } from '../../audit/result.ts';
import type { Ranked } from '../examples.ts';
import { plural } from '../format.ts';
import { quoted } from '../names.ts';
import { ExampleEvidence } from './example-evidence.tsx';
import { ExampleFacts } from './example-facts.tsx';
import { exampleId, OpenDrawer } from './open-drawer.tsx';

const SHOWN = 6;

type Props = { model: ModelResult; modelIndex: number; examples: readonly Ranked[] };

function Cards({ model, modelIndex, examples }: Props): VNode {
  return (
    <ul class="gallery">
      {examples.map(({ example, position }) => (
        <li class="card example" key={position} id={exampleId(modelIndex, position)} data-drawer>
          <h4>
            {quoted(model, example.clean.label)}{' '}
            <span class="arrow" aria-hidden="true">
              →
            </span>
            <span class="hidden">becomes</span> {quoted(model, example.adversarial.label)}
          </h4>
          <ExampleEvidence model={model} modelIndex={modelIndex} example={example} position={position} />
          <ExampleFacts model={model} example={example} />
          <OpenDrawer modelIndex={modelIndex} position={position} />
        </li>
      ))}
    </ul>
  );
}

export function Gallery({ model, modelIndex, examples }: Props): VNode {
  const rest = examples.slice(SHOWN);
  return (
    <>
      <Cards model={model} modelIndex={modelIndex} examples={examples.slice(0, SHOWN)} />
      {rest.length > 0 && (
        <details>
          <summary>{plural(rest.length, 'more example')}</summary>
          <Cards model={model} modelIndex={modelIndex} examples={rest} />
        </details>
      )}
    </>
  );
}
