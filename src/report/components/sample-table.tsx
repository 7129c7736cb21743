/** Every audited example as a row; the page's script filters and sorts, and reveals the rows not rendered. */
import type { VNode } from 'preact';
import type { ModelResult } from '../../audit/result.ts';
import { count } from '../format.ts';
import { provedOf } from '../proofs.ts';
import { OUTCOMES, type Outcome, outcome, sampleCells, tally } from '../samples.ts';
import { ScrollRegion } from './scroll-region.tsx';

const RENDERED = 200;
export const COLUMNS = ['#', 'Example', 'Label', 'Clean', 'Outcome', 'Under attack', 'Attack', 'Distance', '8-bit'] as const;
/** Columns of numbers, which are aligned to the right; the last one stands where there are certificates. */
export const NUMERIC = [0, 7, 9];
const PROVED = 'Proved up to';

/** Those that mean something here: what every attacked model has, and what came up. */
function outcomesOf({ attacks }: ModelResult, counts: Record<Outcome, number>): Outcome[] {
  const all: Outcome[] = ['broken', 'certified', 'survived', 'undecided', 'untried', 'wrong'];
  return all.filter((one) => counts[one] > 0 || one === 'wrong' || (attacks.length > 0 && (one === 'broken' || one === 'survived')));
}

function Controls({ model, modelIndex }: { model: ModelResult; modelIndex: number }): VNode {
  const counts = tally(model);
  const choices: [value: string, word: string, n: number][] = [
    ['all', 'All', model.samples.length],
    ...outcomesOf(model, counts).map((key): [string, string, number] => [key, OUTCOMES[key], counts[key]]),
  ];
  return (
    <div class="controls needs-script">
      <fieldset class="choices">
        <legend class="hidden">Show</legend>
        {choices.map(([value, word, n]) => (
          <label key={value}>
            <input type="radio" name={`outcome-${modelIndex}`} value={value} checked={value === 'all'} />
            <span>
              {word} <span class="num dim">{count(n)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <input type="search" class="search" placeholder="Find an example, class or attack" aria-label="Find an example, class or attack" />
    </div>
  );
}

export function SampleTable({ model, modelIndex }: { model: ModelResult; modelIndex: number }): VNode {
  const rows = model.samples.slice(0, RENDERED);
  const more = model.samples.length > rows.length;
  const columns = [...COLUMNS, ...(provedOf(model) ? [PROVED] : [])];
  return (
    <div class="samples" data-model={modelIndex}>
      <Controls model={model} modelIndex={modelIndex} />
      <ScrollRegion label="Audited examples">
        <table>
          <thead>
            <tr>
              {columns.map((name, i) => (
                <th key={name} scope="col" class={NUMERIC.includes(i) ? 'num' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((sample) => (
              <tr key={sample.index} class={`is-${outcome(sample, model)}`}>
                {sampleCells(sample, model).map((text, i) => (
                  <td key={i} class={NUMERIC.includes(i) ? 'num' : undefined}>
                    {text}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <p class="table-foot" aria-live="polite">
        <span class="shown">
          {count(rows.length)} of {count(model.samples.length)} shown{more ? '; the others are in the JSON' : ''}
        </span>
        <button type="button" class="more needs-script" hidden={!more}>
          Show more
        </button>
      </p>
    </div>
  );
}
