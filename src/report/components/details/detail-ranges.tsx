/** A bar for each item: what holds up to here, what from there on, and the unknown between. */
import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { count } from '../../format.ts';
import { inUnit } from '../../metric-text.ts';
import { ScrollRegion } from '../scroll-region.tsx';

type Ranges = DetailOf<'ranges'>;
type Item = Ranges['items'][number];

const SHOWN = 60;
const ROW = 16;
const BAR = 10;
const MARGIN = { top: 6, right: 16, bottom: 44, left: 84 };
const TICKS = 5;

function Bar({ detail, item, y, x }: { detail: Ranges; item: Item; y: number; x: (value: number) => number }): VNode {
  const { names, end, x: axis } = detail;
  const high = item.high === null ? end : Math.min(item.high, end);
  const low = Math.min(item.low, high);
  const told = `${item.name}: ${names.low} to ${inUnit(item.low, axis.unit)}, ${item.high === null ? names.open : `${names.high} from ${inUnit(item.high, axis.unit)}`}`;
  const part = (style: string, from: number, to: number): VNode | null =>
    to > from ? <rect class={`range-${style}`} x={x(from)} y={y} width={x(to) - x(from)} height={BAR} /> : null;
  return (
    <g>
      <title>{told}</title>
      <text x={MARGIN.left - 8} y={y + BAR - 1} text-anchor="end">
        {item.name.length > 12 ? `…${item.name.slice(-11)}` : item.name}
      </text>
      {part('low', 0, low)}
      {part('open', low, high)}
      {item.high !== null && part('high', high, end)}
    </g>
  );
}

function Drawn({ detail, width }: { detail: Ranges; width: number }): VNode {
  const items = detail.items.slice(0, SHOWN);
  const height = MARGIN.top + items.length * ROW + MARGIN.bottom;
  const bottom = height - MARGIN.bottom;
  const x = (value: number): number => Number((MARGIN.left + (value / detail.end) * (width - MARGIN.left - MARGIN.right)).toFixed(1));
  const ticks = scaleLinear().domain([0, detail.end]).ticks(TICKS);
  return (
    <svg class="curve ranges" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${detail.title}: ${detail.x.label}`}>
      <g class="axes">
        {ticks.map((value) => (
          <text key={value} x={x(value)} y={bottom + 18} text-anchor="middle">
            {inUnit(value, detail.x.unit)}
          </text>
        ))}
        <text class="axis-title" x={(MARGIN.left + width - MARGIN.right) / 2} y={height - 6} text-anchor="middle">
          {detail.x.label}
        </text>
        {items.map((item, i) => (
          <Bar key={i} detail={detail} item={item} y={MARGIN.top + i * ROW} x={x} />
        ))}
      </g>
      {detail.mark !== undefined && (
        <g class="audited">
          <line x1={x(detail.mark)} x2={x(detail.mark)} y1={0} y2={bottom} />
        </g>
      )}
    </svg>
  );
}

function AsTable({ detail }: { detail: Ranges }): VNode {
  return (
    <details>
      <summary>The bars as a table</summary>
      <ScrollRegion label={`${detail.title}, as a table`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Example</th>
              <th scope="col" class="num">
                {detail.names.low} up to
              </th>
              <th scope="col" class="num">
                {detail.names.high} from
              </th>
            </tr>
          </thead>
          <tbody>
            {detail.items.map(({ name, low, high }, i) => (
              <tr key={i}>
                <td>{name}</td>
                <td class="num">{inUnit(low, detail.x.unit)}</td>
                <td class="num">{inUnit(high, detail.x.unit)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </details>
  );
}

export function DetailRanges({ detail }: { detail: Ranges }): VNode {
  const { names, items, mark, x } = detail;
  if (items.length === 0) return <p class="empty">Nothing was measured.</p>;
  return (
    <>
      <ul class="legend">
        {(['low', 'open', 'high'] as const).map((part) => (
          <li key={part}>
            <svg viewBox="0 0 20 12" width="20" height="12" aria-hidden="true" class="ranges">
              <rect class={`range-${part}`} x="0" y="1" width="20" height="10" />
            </svg>
            {names[part]}
          </li>
        ))}
        {mark !== undefined && <li>line: audited ε = {inUnit(mark, x.unit)}</li>}
      </ul>
      <div class="wide-only">
        <Drawn detail={detail} width={860} />
      </div>
      <div class="narrow-only">
        <Drawn detail={detail} width={360} />
      </div>
      {items.length > SHOWN && (
        <p class="rest">
          {count(SHOWN)} of {count(items.length)} bars; all of them stand in the table
        </p>
      )}
      <AsTable detail={detail} />
    </>
  );
}
