/** The share of examples that an attack had broken after so many questions, on a logarithmic axis, with its table as the text alternative. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import type { VNode } from 'preact';
import { compactCount, count } from '../format.ts';
import type { QueryCurve, QueryStep } from '../query-curve.ts';
import { ScrollRegion } from './scroll-region.tsx';

const MARGIN = { top: 14, right: 18, bottom: 48, left: 52 };

interface Props {
  readonly data: QueryCurve;
  readonly label: string;
}

function Chart({ data, label, width, height }: Props & { readonly width: number; readonly height: number }): VNode {
  const scaleX = scaleLog()
    .domain([1, Math.max(10, data.end)])
    .range([MARGIN.left, width - MARGIN.right]);
  const scaleY = scaleLinear()
    .domain([0, 1])
    .range([height - MARGIN.bottom, MARGIN.top]);
  const x = (value: number): number => Number(scaleX(value).toFixed(1));
  const y = (value: number): number => Number(scaleY(value).toFixed(1));
  const path = line<QueryStep>()
    .x((step) => x(step.queries))
    .y((step) => y(step.share))
    .curve(curveStepAfter);
  const ticks = data.columns.filter((at) => at <= Math.max(10, data.end));
  return (
    <svg class="curve" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <g class="axes">
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <g key={share}>
            <line class="grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y(share)} y2={y(share)} />
            <text x={MARGIN.left - 10} y={y(share) + 4} text-anchor="end">
              {share * 100} %
            </text>
          </g>
        ))}
        {ticks.map((at) => (
          <text key={at} x={x(at)} y={height - MARGIN.bottom + 20} text-anchor="middle">
            {compactCount(at)}
          </text>
        ))}
        <text class="axis-title" x={(MARGIN.left + width - MARGIN.right) / 2} y={height - 6} text-anchor="middle">
          questions for one example
        </text>
      </g>
      {data.series.map(({ name, style, steps }) => (
        <g key={name} class={`series ${style}`}>
          <path class="line" d={path([...steps]) ?? ''}>
            <title>{name}</title>
          </path>
        </g>
      ))}
    </svg>
  );
}

function Table({ data, label }: Props): VNode {
  return (
    <ScrollRegion label={`${label}, as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Attack</th>
            <th scope="col" class="num">
              Median
            </th>
            {data.columns.map((at) => (
              <th key={at} scope="col" class="num">
                after {count(at)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.rows.map(({ name, median, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="num">{median}</td>
              {cells.map((cell, i) => (
                <td key={i} class="num">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

export function QueryFigure({ data, label }: Props): VNode {
  return (
    <figure class="panel curve-figure">
      <ul class="legend">
        {data.series.map(({ name, style }) => (
          <li key={name}>
            <svg viewBox="0 0 30 12" width="30" height="12" aria-hidden="true" class={`series ${style}`}>
              <path class="line" d="M1 6h28" />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <div class="wide-only">
        <Chart data={data} width={960} height={300} label={label} />
      </div>
      <div class="narrow-only">
        <Chart data={data} width={360} height={260} label={label} />
      </div>
      <details>
        <summary>The curve as a table</summary>
        <Table data={data} label={label} />
      </details>
    </figure>
  );
}
