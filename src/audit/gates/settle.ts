/** Holds a figure against a limit: three outcomes, decided by the pessimistic end of its interval. */
import type { Metric } from '../metric.ts';
import { nByScaling, nToShowShare } from './n-needed.ts';

export interface Settled {
  readonly outcome: 'pass' | 'fail' | 'cannot-tell';
  readonly nNeeded: number | null;
}

export type Measured = Pick<Metric, 'value' | 'low' | 'high' | 'n'> & {
  /** Is it a share with an exact interval? Then the n that it needs can be computed, not only estimated. */
  readonly isExact?: boolean;
};

/** At least (`min`) or at most (`max`): the pessimistic end is the one on the limit's far side. */
export function settle({ value, low, high, n, isExact }: Measured, kind: 'min' | 'max', limit: number): Settled {
  if (value === null || !Number.isFinite(value)) return { outcome: 'cannot-tell', nNeeded: null };
  const keeps = (x: number): boolean => (kind === 'min' ? x >= limit : x <= limit);
  if (!keeps(value)) return { outcome: 'fail', nNeeded: null };
  const end = kind === 'min' ? low : high;
  // Without an interval nothing was sampled: the value is all there is. An interval with one open end is one that the sample cannot close.
  if (end === null) return { outcome: low === null && high === null ? 'pass' : 'cannot-tell', nNeeded: null };
  if (keeps(end)) return { outcome: 'pass', nNeeded: null };
  if (isExact) return { outcome: 'cannot-tell', nNeeded: kind === 'min' ? nToShowShare(value, limit) : nToShowShare(1 - value, 1 - limit) };
  return { outcome: 'cannot-tell', nNeeded: n === null ? null : nByScaling(n, { value, end, limit }) };
}
