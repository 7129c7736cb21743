/** Where an adversarial example comes from, how far away it is, and whether it survives being saved. */
import type { VNode } from 'preact';
import type { ExampleImages, ModelResult } from '../../audit/result.ts';
import { allDistances } from '../format.ts';
import { transformText } from '../transform-text.ts';

export function ExampleFacts({ model, example }: { model: ModelResult; example: ExampleImages }): VNode {
  const name = model.attacks.find((attack) => attack.id === example.attack)?.name ?? example.attack;
  return (
    <div class="facts">
      <ul class="distances">
        {allDistances(example.distances, model.threat).map(([norm, value]) => (
          <li key={norm}>
            <span>{norm}</span> <span class="num">{value}</span>
          </li>
        ))}
      </ul>
      <p class="provenance-line">
        <span class="mono">{example.id}</span> · {name}
        {example.transform && `: ${transformText(example.transform)}`}
      </p>
      {example.survives8bit !== null && (
        <span class={example.survives8bit ? 'chip' : 'chip lost'}>
          {example.survives8bit ? 'survives 8-bit saving' : 'lost in 8-bit rounding'}
        </span>
      )}
    </div>
  );
}
