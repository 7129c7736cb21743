/** The points of a curve as a table: its text alternative. */
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { inUnit } from '../../metric-text.ts';
import { ScrollRegion } from '../scroll-region.tsx';

export function CurveAsTable({ detail }: { detail: DetailOf<'curve'> }): VNode {
  return (
    <details>
      <summary>The curve as a table</summary>
      <ScrollRegion label={`${detail.title}, as a table`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Line</th>
              {[detail.x.label, detail.y.label, 'from', 'to'].map((name) => (
                <th key={name} scope="col" class="num">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {detail.lines.flatMap((one, i) =>
              one.points.map((p, j) => (
                <tr key={`${i}-${j}`}>
                  <td>{one.name}</td>
                  <td class="num">{inUnit(p.x, detail.x.unit)}</td>
                  {[p.y, p.low ?? null, p.high ?? null].map((value, k) => (
                    <td key={k} class="num">
                      {inUnit(value, detail.y.unit)}
                    </td>
                  ))}
                </tr>
              )),
            )}
          </tbody>
        </table>
      </ScrollRegion>
    </details>
  );
}
