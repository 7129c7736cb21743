/** Rows by columns of numbers, shaded by how bad they are, or by their size where neither end is better. */
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { inUnit } from '../../metric-text.ts';
import { ScrollRegion } from '../scroll-region.tsx';

type HeatMap = DetailOf<'heat-map'>;

/** From 0 to 1: how dark a cell is. Shares keep their whole range, other figures are spread over what was measured. */
function shadeOf({ values, unit, better }: HeatMap): (value: number) => number {
  const known = values.flat().filter((value) => value !== null && Number.isFinite(value)) as number[];
  const [least, most] = unit === 'share' ? [0, 1] : [Math.min(...known), Math.max(...known)];
  const part = (value: number): number => (most > least ? Math.min(1, Math.max(0, (value - least) / (most - least))) : 0.5);
  return (value) => (better === 'higher' ? 1 - part(value) : part(value));
}

/** Shares lose their sign and decimals in cells: the caption says that they are percentages. */
function written(value: number, unit: string): string {
  return unit === 'share' ? String(Math.round(value * 100)) : inUnit(value, unit);
}

export function DetailHeatMap({ detail }: { detail: HeatMap }): VNode {
  const shade = shadeOf(detail);
  const long = detail.columns.some((name) => name.length > 5);
  return (
    <>
      {detail.unit === 'share' && <p class="rest">In percent. {detail.better === null ? '' : 'Darker is worse.'}</p>}
      <ScrollRegion label={detail.title}>
        <table class={`heat matrix ${long ? 'long' : ''} ${detail.better === null ? 'is-plain' : ''}`}>
          <thead>
            <tr>
              <td />
              {detail.columns.map((name, i) => (
                <th key={i} scope="col">
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {detail.rows.map((name, r) => (
              <tr key={r}>
                <th scope="row">{name}</th>
                {detail.columns.map((_, c) => {
                  const value = detail.values[r]?.[c] ?? null;
                  return value === null || !Number.isFinite(value) ? (
                    <td key={c}>
                      <span class="zero">–</span>
                    </td>
                  ) : (
                    <td key={c} style={{ '--share': shade(value).toFixed(2) }}>
                      {written(value, detail.unit)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}
