/** What the gauge of a category shows: the deciding figure of its worst check, or how many of its checks passed where none has a figure between 0 and 1. */
import type { Status } from '../audit/check-result.ts';
import type { Metric } from '../audit/metric.ts';
import type { CheckResult } from '../audit/result.ts';
import { keyFigure, worstFirst, worstStatus } from './checks.ts';
import { STATUSES } from './statuses.ts';

/** `share` is where the arc ends, in [0, 1]; `low` and `high` are null where the figure has no interval. */
export type CategoryGauge =
  | { kind: 'figure'; status: Status; check: CheckResult; metric: Metric; share: number; low: number | null; high: number | null }
  | { kind: 'passed'; status: Status; passed: number; of: number }
  | { kind: 'none'; status: Status; reason: string };

/** Units whose figures can lie on a scale from 0 to 1. */
const SCALED: ReadonlySet<Metric['unit']> = new Set(['share', 'ratio', 'difference', 'number']);

function onScale(metric: Metric): boolean {
  const inside = (value: number | null): boolean => value === null || (value >= 0 && value <= 1);
  return SCALED.has(metric.unit) && metric.better !== null && inside(metric.value) && inside(metric.low) && inside(metric.high);
}

/** Why a gauge is empty. */
function reasonOf([first]: readonly CheckResult[]): string {
  if (first === undefined) return 'No check of this category was part of the audit.';
  return `${STATUSES[first.status].word}. ${first.reason ?? ''}`.trim();
}

export function categoryGauge(checks: readonly CheckResult[]): CategoryGauge {
  const status = worstStatus(checks);
  const ran = checks.filter((check) => check.status !== 'not-applicable' && check.status !== 'error');
  if (ran.length === 0) return { kind: 'none', status, reason: reasonOf(checks) };
  for (const check of worstFirst(ran)) {
    const metric = keyFigure(check);
    if (metric === undefined || metric.value === null || !onScale(metric)) continue;
    return { kind: 'figure', status, check, metric, share: metric.value, low: metric.low, high: metric.high };
  }
  return { kind: 'passed', status, passed: ran.filter((check) => check.status === 'pass').length, of: ran.length };
}
