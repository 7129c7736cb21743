/** Every figure of every check as a row of CSV: value, interval, sample, baseline and method, in the units of the result. */
import { allMetrics } from '../../audit/check-result.ts';
import type { AuditResult } from '../../audit/result.ts';
import { csvOf } from './csv-cells.ts';

const COLUMNS = [
  'model',
  'category',
  'check',
  'status',
  'metric',
  'label',
  'value',
  'low',
  'high',
  'n',
  'baseline',
  'unit',
  'better',
  'method',
  'timed',
];

/** Shares are numbers from 0 to 1 here, as in the JSON result. A check without figures is a row without a metric. */
export function renderMetricsCsv({ checks }: AuditResult): string {
  const rows = checks.flatMap((check) => {
    const head = [check.model, check.category, check.id, check.status];
    const metrics = Object.entries(allMetrics(check));
    if (metrics.length === 0) return [[...head, ...COLUMNS.slice(head.length).map(() => null)]];
    return metrics.map(([name, { label, value, low, high, n, baseline, unit, better, method }]) => [
      ...head,
      ...[name, label, value, low, high, n, baseline, unit, better, method],
      check.timings !== undefined && Object.hasOwn(check.timings.metrics, name),
    ]);
  });
  return csvOf(COLUMNS, rows);
}
