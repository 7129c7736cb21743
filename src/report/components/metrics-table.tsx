/** The figures of a check: value, interval, sample, and the baseline that each has to be compared with. */
import type { VNode } from 'preact';
import type { Metric } from '../../audit/metric.ts';
import { count } from '../format.ts';
import { inUnit, metricInterval, metricValue } from '../metric-text.ts';
import { IntervalBar } from './interval-bar.tsx';
import { ScrollRegion } from './scroll-region.tsx';

function Interval({ metric }: { metric: Metric }): VNode {
  const text = metricInterval(metric);
  const { value, low, high, unit, baseline } = metric;
  if (text === null || value === null || low === null || high === null) return <td class="num">–</td>;
  return (
    <td class="num figure">
      {unit === 'share' && low >= 0 && high <= 1 && <IntervalBar value={{ value, low, high }} baseline={baseline} />}
      {text}
    </td>
  );
}

const DIRECTIONS = { higher: 'higher is better', lower: 'lower is better' } as const;

export function MetricsTable({ metrics, label }: { metrics: Readonly<Record<string, Metric>>; label: string }): VNode | null {
  const rows = Object.entries(metrics);
  if (rows.length === 0) return null;
  const has = (key: 'n' | 'baseline' | 'low'): boolean => rows.some(([, metric]) => metric[key] !== null);
  return (
    <ScrollRegion label={label}>
      <table class="metrics">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col" class="num">
              Value
            </th>
            {has('low') && (
              <th scope="col" class="num">
                95 % interval
              </th>
            )}
            {has('baseline') && (
              <th scope="col" class="num">
                Baseline
              </th>
            )}
            {has('n') && (
              <th scope="col" class="num">
                n
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, metric]) => (
            <tr key={name}>
              <th scope="row">
                {metric.label}
                <small>
                  {metric.method}
                  {metric.better === null ? '' : `; ${DIRECTIONS[metric.better]}`}
                </small>
              </th>
              <td class="num">
                <strong>{metricValue(metric)}</strong>
              </td>
              {has('low') && <Interval metric={metric} />}
              {has('baseline') && <td class="num">{metric.baseline === null ? '–' : inUnit(metric.baseline, metric.unit, metric.n)}</td>}
              {has('n') && <td class="num">{metric.n === null ? '–' : count(metric.n)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
