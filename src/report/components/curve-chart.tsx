/** Robust accuracy against epsilon for one or more models: line, interval band and, for a single model, the noise baseline. */
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { VNode } from 'preact';
import type { CurveData, Place } from '../curve.ts';
import { CurveMarker } from './curve-marker.tsx';

const MARGIN = { top: 26, right: 18, bottom: 48, left: 52 };

type Props = { data: CurveData; width: number; height: number; label: string };

/** The axes with their grid lines, ticks and titles. */
function Axes({ data, x, y, width, height }: Props & Record<'x' | 'y', (value: number) => number>): VNode {
  const ticks = scaleLinear()
    .domain([0, data.end * data.scale])
    .ticks(width > 500 ? 8 : 4);
  return (
    <g class="axes">
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line class="grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y(share)} y2={y(share)} />
          <text x={MARGIN.left - 10} y={y(share) + 4} text-anchor="end">
            {share * 100} %
          </text>
        </g>
      ))}
      {ticks.map((tick) => (
        <text key={tick} x={x(tick / data.scale)} y={height - MARGIN.bottom + 20} text-anchor="middle">
          {Number(tick.toPrecision(6))}
        </text>
      ))}
      <text class="axis-title" x={(MARGIN.left + width - MARGIN.right) / 2} y={height - 6} text-anchor="middle">
        {data.axis}
      </text>
    </g>
  );
}

/** The audited epsilon as a vertical line. */
function Audited({ at, end, text, height }: { at: number; end: number; text: string; height: number }): VNode {
  const flip = at > end * 0.6;
  return (
    <g class="audited">
      <line x1={at} x2={at} y1={MARGIN.top - 10} y2={height - MARGIN.bottom} />
      <text x={flip ? at - 6 : at + 6} y={MARGIN.top - 12} text-anchor={flip ? 'end' : 'start'}>
        {text}
      </text>
    </g>
  );
}

type OpenProps = { places: readonly Place[]; proved: readonly Place[] } & Record<'x' | 'y', (value: number) => number>;

/** What no attack broke and no certificate proves: the true robust accuracy lies somewhere in here. */
function Open({ places, proved, x, y }: OpenProps): VNode {
  // What is proved at a larger epsilon is proved here, too. Of fewer examples, it may by chance even lie above.
  const floor = (epsilon: number): number => proved.find((one) => one.epsilon >= epsilon * (1 - 1e-9))?.value.value ?? 0;
  const least = ({ epsilon, value }: Place): number => Math.min(value.value, floor(epsilon));
  const under = area<Place>()
    .x((p) => x(p.epsilon))
    .y0((p) => y(least(p)))
    .y1((p) => y(p.value.value));
  return <path class="open-area" d={under([...places]) ?? ''} />;
}

export function CurveChart(props: Props): VNode {
  const { data, width, height, label } = props;
  const drawn = [...data.series, ...(data.proved ? [data.proved] : [])];
  const scaleX = scaleLinear()
    .domain([0, data.end])
    .range([MARGIN.left, width - MARGIN.right]);
  const scaleY = scaleLinear()
    .domain([0, 1])
    .range([height - MARGIN.bottom, MARGIN.top]);
  const x = (value: number): number => Number(scaleX(value).toFixed(1));
  const y = (value: number): number => Number(scaleY(value).toFixed(1));
  const path = line<Place>()
    .x((p) => x(p.epsilon))
    .y((p) => y(p.value.value));
  const band = area<Place>()
    .x((p) => x(p.epsilon))
    .y0((p) => y(p.value.low))
    .y1((p) => y(p.value.high));
  return (
    <svg class="curve" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <Axes {...props} x={x} y={y} />
      {data.isOpen && <Open places={data.series[0]?.places ?? []} proved={data.proved?.places ?? []} x={x} y={y} />}
      {drawn.map((series, i) => (
        <path key={i} class={`band ${series.style}`} d={band(series.places) ?? ''} />
      ))}
      {data.audited !== null && <Audited at={x(data.audited)} end={width} text={data.auditedText} height={height} />}
      {drawn.map((series, i) => (
        <g key={i} class={`series ${series.style}`}>
          <path class="line" d={path(series.places) ?? ''} />
          {series.places.map((place, j) => (
            <CurveMarker key={j} shape={series.shape} x={x(place.epsilon)} y={y(place.value.value)} title={place.title} />
          ))}
        </g>
      ))}
    </svg>
  );
}
