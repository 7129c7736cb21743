/** Axes of a chart of evidence: grid lines, ticks and titles in the units of metrics. */
import type { VNode } from 'preact';
import { inUnit } from '../../metric-text.ts';

export const MARGIN = { top: 14, right: 18, bottom: 48, left: 62 };

export interface Axis {
  readonly label: string;
  readonly unit: string | undefined;
  readonly ticks: readonly number[];
  readonly place: (value: number) => number;
}

/** A tick's text; shares without needless decimals. */
function tick(value: number, { unit }: Axis): string {
  return unit === 'share' ? `${Number((value * 100).toPrecision(3))} %` : inUnit(value, unit);
}

export function ChartAxes({ x, y, width, height }: { x: Axis; y: Axis; width: number; height: number }): VNode {
  const bottom = height - MARGIN.bottom;
  return (
    <g class="axes">
      {y.ticks.map((value) => (
        <g key={value}>
          <line class="grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y.place(value)} y2={y.place(value)} />
          <text x={MARGIN.left - 10} y={y.place(value) + 4} text-anchor="end">
            {tick(value, y)}
          </text>
        </g>
      ))}
      {x.ticks.map((value) => (
        <text key={value} x={x.place(value)} y={bottom + 20} text-anchor="middle">
          {tick(value, x)}
        </text>
      ))}
      <text class="axis-title" x={(MARGIN.left + width - MARGIN.right) / 2} y={height - 6} text-anchor="middle">
        {x.label}
      </text>
    </g>
  );
}
