/** What each attack achieved and what it cost. */
import type { VNode } from 'preact';
import type { AttackMember, ModelResult } from '../../audit/result.ts';
import { compactCount, count, size } from '../format.ts';
import { attackRows } from '../names.ts';
import { FigureCell } from './figure-cell.tsx';
import { Parameters } from './parameters.tsx';
import { ScrollRegion } from './scroll-region.tsx';

export function AttacksTable({ model }: { model: ModelResult }): VNode {
  const rows = attackRows(model);
  const eightBit = rows.some(({ attack }) => attack.robustAccuracy8bit !== null);
  const median = model.attacks.some((attack) => attack.medianDistance !== null);
  return (
    <ScrollRegion label="Attacks">
      <table class="attacks">
        <thead>
          <tr>
            <th scope="col">Attack</th>
            <th scope="col" class="num">
              Examples
            </th>
            <th scope="col" class="num">
              Success rate
            </th>
            <th scope="col" class="num">
              Accuracy left
            </th>
            {eightBit && (
              <th scope="col" class="num">
                … as 8-bit
              </th>
            )}
            {median && (
              <th scope="col" class="num">
                Median distance
              </th>
            )}
            <th scope="col" class="num">
              Queries
            </th>
            <th scope="col" class="num">
              Gradients
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ attack, label }) => (
            <tr key={label}>
              <th scope="row">
                {attack.name} <span class="mono dim">{label}</span>
                <Parameters params={attack.params} />
                {attack.members && <Members members={attack.members} />}
              </th>
              <td class="num">{count(attack.n)}</td>
              <FigureCell value={attack.successRate} />
              <FigureCell value={attack.robustAccuracy} />
              {eightBit && <FigureCell value={attack.robustAccuracy8bit} />}
              {median && <td class="num">{attack.medianDistance === null ? '–' : size(attack.medianDistance, model.threat)}</td>}
              <td class="num">{compactCount(attack.queries)}</td>
              <td class="num">{compactCount(attack.gradients)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** What an attack that consists of several left after each of them. */
function Members({ members }: { members: readonly AttackMember[] }): VNode {
  return (
    <ol class="members dim">
      {members.map(({ name, tried, broke }, place) => (
        <li key={place}>
          {name}: broke {count(broke)} of {count(tried)}
        </li>
      ))}
    </ol>
  );
}
