/** What each class becomes in the worst case: a heat map for few classes, the commonest changes for many. */
import type { VNode } from 'preact';
import type { ModelResult } from '../../audit/result.ts';
import { count } from '../format.ts';
import { className } from '../names.ts';
import { confusionMatrix, topConfusions } from '../samples.ts';
import { ScrollRegion } from './scroll-region.tsx';

const MOST_CLASSES = 20;
const MOST_ROWS = 15;
const LIST_ROWS = 8;

/** One row of the heat map; a cell's shade is the root of its share of the row, so that small shares show. */
function HeatRow({ model, from, counts }: { model: ModelResult; from: number; counts: readonly number[] }): VNode {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return (
    <tr>
      <th scope="row">{className(model, from)}</th>
      {counts.map((n, to) => (
        <td key={to} class={to === from ? 'stays' : 'moves'} style={n > 0 ? { '--share': Math.sqrt(n / total).toFixed(2) } : undefined}>
          {n > 0 ? count(n) : <span class="zero">·</span>}
        </td>
      ))}
    </tr>
  );
}

function HeatMap({ model }: { model: ModelResult }): VNode {
  const matrix = confusionMatrix(model);
  const classes = matrix.map((_, label) => label);
  const long = classes.some((label) => className(model, label).length > 4);
  return (
    <ScrollRegion label="Class in the worst case, by true class">
      <table class={long ? 'heat long' : 'heat'}>
        <caption>Rows: true class. Columns: what the model says in the worst case. Outlined: still correct.</caption>
        <thead>
          <tr>
            <td />
            {classes.map((label) => (
              <th key={label} scope="col">
                <span>{className(model, label)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((counts, from) => (
            <HeatRow key={from} model={model} from={from} counts={counts} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function TopTable({ model }: { model: ModelResult }): VNode {
  const top = topConfusions(model, MOST_ROWS);
  if (top.length === 0) return <p class="empty">No attack changed a class.</p>;
  return (
    <ScrollRegion label="Commonest changes of class under attack">
      <table>
        <thead>
          <tr>
            <th scope="col">True class</th>
            <th scope="col">Becomes</th>
            <th scope="col" class="num">
              Examples
            </th>
          </tr>
        </thead>
        <tbody>
          {top.map(({ from, to, count: n }) => (
            <tr key={`${from}>${to}`}>
              <td>{className(model, from)}</td>
              <td>{className(model, to)}</td>
              <td class="num">{count(n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** The commonest changes beside the heat map, where the eye would have to search for them. */
function TopList({ model }: { model: ModelResult }): VNode | null {
  const top = topConfusions(model, LIST_ROWS);
  if (top.length === 0) return null;
  return (
    <div>
      <h4>Commonest changes</h4>
      <ol class="top">
        {top.map(({ from, to, count: n }) => (
          <li key={`${from}>${to}`}>
            {className(model, from)} <span class="arrow">→</span> {className(model, to)} <span class="num">{count(n)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

export function Confusion({ model }: { model: ModelResult }): VNode {
  if (model.data.classes > MOST_CLASSES) return <TopTable model={model} />;
  return (
    <div class="confusion">
      <div>
        <HeatMap model={model} />
      </div>
      <TopList model={model} />
    </div>
  );
}
