/** What the attacker may do to each column of a table: how far it may go, in its own units, and which rules hold. */
import type { VNode } from 'preact';
import type { ColumnRule, ModelResult } from '../../audit/result.ts';
import { cell } from '../column-changes.ts';
import { significant } from '../format.ts';
import { ScrollRegion } from './scroll-region.tsx';

function kindOf({ kind, group, range }: ColumnRule): string {
  if (group !== null) return `one-hot, group ${group + 1}`;
  return kind === 'whole number' && range?.[0] === 0 && range[1] === 1 ? '0 or 1' : kind;
}

export function ColumnRules({ model }: { model: ModelResult }): VNode | null {
  const { columns, epsilonText } = model.threat;
  if (columns === undefined) return null;
  return (
    <>
      <h4>What may change in a row</h4>
      <ScrollRegion label="What may change in a row">
        <table>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Kind</th>
              <th scope="col" class="num">
                Range in the data
              </th>
              <th scope="col" class="num">
                ε = {epsilonText.replace(/ \(.*/, '')} is
              </th>
            </tr>
          </thead>
          <tbody>
            {columns.map((rule) => (
              <tr key={rule.column}>
                <th scope="row">{rule.column}</th>
                <td>{kindOf(rule)}</td>
                <td class="num">{rule.range === null ? '' : `${cell(rule.range[0])} to ${cell(rule.range[1])}`}</td>
                <td class="num">{rule.movable && rule.epsilon !== null ? `±${significant(rule.epsilon)}` : 'not changed'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}
