/** A row of a table that fools the model: the columns that were changed, before and after, and how far each moved. */
import type { VNode } from 'preact';
import type { ExampleImages, ModelResult } from '../../audit/result.ts';
import { cell, moved, NAMED } from '../column-changes.ts';
import { plural } from '../format.ts';
import { Prediction } from './prediction.tsx';
import { ScrollRegion } from './scroll-region.tsx';

export function ColumnTable({ model, example }: { model: ModelResult; example: ExampleImages }): VNode | null {
  if (example.changes === undefined) return null;
  const rest = example.changes.length - NAMED;
  return (
    <div class="column-table">
      <ScrollRegion label={`What was changed in ${example.id}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col" class="num">
                Before
              </th>
              <th scope="col" class="num">
                After
              </th>
              <th scope="col" class="num">
                Moved
              </th>
            </tr>
          </thead>
          <tbody>
            {example.changes.slice(0, NAMED).map((change) => (
              <tr key={change.column}>
                <th scope="row">{change.column}</th>
                <td class="num">{cell(change.before)}</td>
                <td class="num after">{cell(change.after)}</td>
                <td class="num">{moved(change)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {rest > 0 && <p class="rest">and {plural(rest, 'more column')}, each moved less; all of them are in the JSON result</p>}
      <div class="tensors">
        <Prediction model={model} said={example.clean} fooled={false} />
        <span aria-hidden="true">→</span>
        <Prediction model={model} said={example.adversarial} fooled={true} />
      </div>
    </div>
  );
}
