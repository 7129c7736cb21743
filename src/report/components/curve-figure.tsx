/** A curve with its legend and, as the text alternative, its table; drawn once for wide and once for narrow pages. */
import type { VNode } from 'preact';
import type { CurveData } from '../curve.ts';
import { countOf, interval, percent } from '../format.ts';
import { CurveChart } from './curve-chart.tsx';
import { CurveMarker } from './curve-marker.tsx';
import { ScrollRegion } from './scroll-region.tsx';

const drawnOf = ({ series, proved }: CurveData): CurveData['series'] => [...series, ...(proved ? [proved] : [])];

function Legend({ data }: { data: CurveData }): VNode {
  return (
    <ul class="legend">
      {drawnOf(data).map((series, i) => (
        <li key={i}>
          <svg viewBox="0 0 30 12" width="30" height="12" aria-hidden="true" class={`series ${series.style}`}>
            <path class="line" d="M1 6h28" />
            <CurveMarker shape={series.shape} x={15} y={6} title={series.name} />
          </svg>
          {series.name}
        </li>
      ))}
      <li>
        <span class="swatch-band" aria-hidden="true" />
        95 % interval
      </li>
      {data.isOpen && (
        <li>
          <span class="swatch-open" aria-hidden="true" />
          {data.proved ? 'undecided: neither broken nor proved' : 'unbroken, not proven: no certificate yet'}
        </li>
      )}
    </ul>
  );
}

function CurveTable({ data, label }: { data: CurveData; label: string }): VNode {
  const rows = drawnOf(data).flatMap((series) => series.places.map((place) => ({ series, place })));
  return (
    <ScrollRegion label={`${label}, as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Curve</th>
            <th scope="col" class="num">
              ε
            </th>
            <th scope="col" class="num">
              Accuracy
            </th>
            <th scope="col" class="num">
              95 % interval
            </th>
            <th scope="col" class="num">
              Examples
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ series, place }, i) => (
            <tr key={i}>
              <td>{series.name}</td>
              <td class="num">{place.epsilonText}</td>
              <td class="num">{percent(place.value)}</td>
              <td class="num">{interval(place.value)}</td>
              <td class="num">{countOf(place.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

export function CurveFigure({ data, label }: { data: CurveData; label: string }): VNode {
  return (
    <figure class="panel curve-figure">
      <Legend data={data} />
      <div class="wide-only">
        <CurveChart data={data} width={960} height={340} label={label} />
      </div>
      <div class="narrow-only">
        <CurveChart data={data} width={360} height={280} label={label} />
      </div>
      <details>
        <summary>The curve as a table</summary>
        <CurveTable data={data} label={label} />
      </details>
    </figure>
  );
}
