/** A table of a check's evidence; the row of most weight is marked, and long tables are shortened. */
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { count } from '../../format.ts';
import { inUnit } from '../../metric-text.ts';
import { ScrollRegion } from '../scroll-region.tsx';

const SHOWN = 24;

type Cell = string | number | null;

export function DetailTable({ detail: { title, columns, rows, worst } }: { detail: DetailOf<'table'> }): VNode {
  const numeric = columns.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  const written = (cell: Cell | undefined, i: number): string =>
    cell === null || cell === undefined ? '–' : typeof cell === 'string' ? cell : inUnit(cell, columns[i]?.unit);
  // The worst row is shown whatever its place.
  const kept = rows.map((row, i) => ({ row, i })).filter(({ i }) => i < SHOWN || i === worst);
  return (
    <>
      <ScrollRegion label={title}>
        <table>
          <thead>
            <tr>
              {columns.map(({ name }, i) => (
                <th key={i} scope="col" class={numeric[i] ? 'num' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {kept.map(({ row, i }) => (
              <tr key={i} class={i === worst ? 'worst' : undefined}>
                {columns.map((_, c) => (
                  <td key={c} class={numeric[c] ? 'num' : undefined}>
                    {written(row[c], c)}
                    {i === worst && c === 0 && <span class="worst-mark">worst</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {kept.length < rows.length && (
        <p class="rest">
          {count(kept.length)} of {count(rows.length)} rows; all of them are in the JSON result
        </p>
      )}
    </>
  );
}
