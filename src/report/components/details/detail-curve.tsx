/** Lines over one axis, each with its interval as a band; baselines are dashed. */
import { area, line } from 'd3-shape';
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { inUnit } from '../../metric-text.ts';
import { CurveMarker } from '../curve-marker.tsx';
import { ChartAxes, MARGIN } from './chart-axes.tsx';
import { type ChartScale, chartScale, isShown } from './chart-scale.ts';
import { CurveAsTable } from './curve-as-table.tsx';

type Curve = DetailOf<'curve'>;
type Line = Curve['lines'][number];
type Point = Line['points'][number];
type Scales = { detail: Curve; xs: ChartScale; ys: ChartScale };

/** Points up to this many are marked one by one. */
const MARKED = 30;

const styleOf = ({ isBaseline }: Line, i: number): string => (isBaseline ? 'series-noise' : `series-${i % 4}`);

function Markers({ one, detail, xs, ys }: Scales & { one: Line }): VNode | null {
  if (one.points.length > MARKED) return null;
  return (
    <>
      {one.points.map(({ x, y }, i) =>
        isShown(x, detail.x) && isShown(y, detail.y) ? (
          <CurveMarker
            key={i}
            shape={one.isBaseline ? 'none' : 'circle'}
            x={xs.place(x)}
            y={ys.place(y)}
            title={`${one.name}, ${inUnit(x, detail.x.unit)}: ${inUnit(y, detail.y.unit)}`}
          />
        ) : null,
      )}
    </>
  );
}

function Lines(scales: Scales): VNode {
  const { detail, xs, ys } = scales;
  const path = line<Point>()
    .defined((p) => isShown(p.x, detail.x) && isShown(p.y, detail.y))
    .x((p) => xs.place(p.x))
    .y((p) => ys.place(p.y ?? 0));
  const band = area<Point>()
    .defined((p) => isShown(p.x, detail.x) && isShown(p.low, detail.y) && isShown(p.high, detail.y))
    .x((p) => xs.place(p.x))
    .y0((p) => ys.place(p.low ?? 0))
    .y1((p) => ys.place(p.high ?? 0));
  return (
    <>
      {detail.lines.map((one, i) => (
        <path key={i} class={`band ${styleOf(one, i)}`} d={band(one.points) ?? ''} />
      ))}
      {detail.lines.map((one, i) => (
        <g key={i} class={`series ${styleOf(one, i)}`}>
          <path class="line" d={path(one.points) ?? ''} />
          <Markers one={one} {...scales} />
        </g>
      ))}
    </>
  );
}

/** The space between two lines, where it has a name. */
function Between({ detail, xs, ys }: Scales): VNode | null {
  const { between, lines } = detail;
  const [above, below] = [lines[between?.above ?? -1], lines[between?.below ?? -1]];
  if (!above || !below) return null;
  const lower = new Map(below.points.map(({ x, y }) => [x, y ?? 0]));
  const shape = area<Point>()
    .x((p) => xs.place(p.x))
    .y0((p) => ys.place(Math.min(p.y ?? 0, lower.get(p.x) ?? 0)))
    .y1((p) => ys.place(p.y ?? 0));
  return <path class="open-area" d={shape(above.points.filter(({ x }) => lower.has(x))) ?? ''} />;
}

function Drawn({ detail, width, height }: { detail: Curve; width: number; height: number }): VNode {
  const points = detail.lines.flatMap((one) => one.points);
  const heights = points.flatMap(({ y, low, high }) => [y, low, high]).filter((value) => value !== null && value !== undefined);
  const xs = chartScale(
    points.map((p) => p.x),
    detail.x,
    [MARGIN.left, width - MARGIN.right],
    width > 500 ? 8 : 4,
  );
  const ys = chartScale(heights, detail.y, [height - MARGIN.bottom, MARGIN.top], 5);
  const { x, y, title } = detail;
  return (
    <svg class="curve" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}: ${y.label} against ${x.label}`}>
      <ChartAxes x={{ label: x.label, unit: x.unit, ...xs }} y={{ label: y.label, unit: y.unit, ...ys }} width={width} height={height} />
      <Between detail={detail} xs={xs} ys={ys} />
      <Lines detail={detail} xs={xs} ys={ys} />
    </svg>
  );
}

export function DetailCurve({ detail }: { detail: Curve }): VNode {
  if (detail.lines.every(({ points }) => points.length === 0)) return <p class="empty">Nothing was measured.</p>;
  return (
    <>
      <p class="axis-name">{detail.y.label}</p>
      <ul class="legend">
        {detail.lines.map((one, i) => (
          <li key={i}>
            <svg viewBox="0 0 30 12" width="30" height="12" aria-hidden="true" class={`series ${styleOf(one, i)}`}>
              <path class="line" d="M1 6h28" />
            </svg>
            {one.name}
          </li>
        ))}
        {detail.between && (
          <li>
            <span class="swatch-open" aria-hidden="true" />
            {detail.between.name}
          </li>
        )}
      </ul>
      <div class="wide-only">
        <Drawn detail={detail} width={860} height={280} />
      </div>
      <div class="narrow-only">
        <Drawn detail={detail} width={360} height={260} />
      </div>
      <CurveAsTable detail={detail} />
    </>
  );
}
