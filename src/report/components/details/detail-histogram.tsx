/** Histograms over one axis, each as shares of its own total, so that samples of different sizes can be compared. */
import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { count } from '../../format.ts';
import { inUnit } from '../../metric-text.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { ChartAxes, MARGIN } from './chart-axes.tsx';

type Histogram = DetailOf<'histogram'>;

const total = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);

function Drawn({ detail, width, height }: { detail: Histogram; width: number; height: number }): VNode {
  const { edges, series } = detail;
  const shares = series.map(({ counts }) => counts.map((n) => n / (total(counts) || 1)));
  const x = scaleLinear()
    .domain([edges[0] ?? 0, edges.at(-1) ?? 1])
    .range([MARGIN.left, width - MARGIN.right]);
  const y = scaleLinear()
    .domain([0, Math.max(0.01, ...shares.flat())])
    .nice()
    .range([height - MARGIN.bottom, MARGIN.top]);
  const draw = area<[edge: number, share: number]>()
    .x(([edge]) => x(edge))
    .y0(y(0))
    .y1(([, share]) => y(share))
    .curve(curveStepAfter)
    .digits(1);
  return (
    <svg class="curve" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${detail.title}: shares over ${detail.x.label}`}>
      <ChartAxes
        x={{ label: detail.x.label, unit: detail.x.unit, ticks: x.ticks(width > 500 ? 8 : 4), place: x }}
        y={{ label: 'Share', unit: 'share', ticks: y.ticks(4), place: y }}
        width={width}
        height={height}
      />
      {shares.map((values, i) => {
        // The last bin ends at the last edge.
        const steps = edges.map((edge, j): [number, number] => [edge, values[Math.min(j, values.length - 1)] ?? 0]);
        return <path key={i} class={`bins series-${i % 4}`} d={draw(steps) ?? ''} />;
      })}
    </svg>
  );
}

export function DetailHistogram({ detail }: { detail: Histogram }): VNode {
  const { edges, series, x } = detail;
  return (
    <>
      <ul class="legend">
        {series.map(({ name, counts }, i) => (
          <li key={i}>
            <span class={`swatch series-${i % 4}`} aria-hidden="true" />
            {name} <span class="dim num">n = {count(total(counts))}</span>
          </li>
        ))}
      </ul>
      <div class="wide-only">
        <Drawn detail={detail} width={860} height={240} />
      </div>
      <div class="narrow-only">
        <Drawn detail={detail} width={360} height={230} />
      </div>
      <details>
        <summary>The histogram as a table</summary>
        <ScrollRegion label={`${detail.title}, as a table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{x.label}</th>
                {series.map(({ name }, i) => (
                  <th key={i} scope="col" class="num">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {edges.slice(0, -1).map((edge, bin) => (
                <tr key={bin}>
                  <th scope="row">
                    {inUnit(edge, x.unit)} to {inUnit(edges[bin + 1] ?? null, x.unit)}
                  </th>
                  {series.map(({ counts }, i) => (
                    <td key={i} class="num">
                      {count(counts[bin] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </details>
    </>
  );
}
