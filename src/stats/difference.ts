/** The difference of two estimates that rest on different samples, from their own intervals: square-and-add (Zou & Donner, Statistics in Medicine 27, 2008), which for shares is Newcombe's hybrid score interval (ibid. 17, 1998, method 10). */
import type { Proportion } from './proportion.ts';
import { wilson } from './wilson.ts';

export interface Difference {
  /** After minus before. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The ends lie as far from the difference as the two distances that point the same way, added as squares. Independent samples are assumed. */
export function differenceOf(before: Estimate, after: Estimate): Difference {
  const value = after.value - before.value;
  return {
    value,
    low: value - Math.hypot(after.value - after.low, before.high - before.value),
    high: value + Math.hypot(after.high - after.value, before.value - before.low),
  };
}

/** Both n ≥ 1. */
export function shareDifference(before: Pick<Proportion, 'count' | 'n'>, after: Pick<Proportion, 'count' | 'n'>): Difference {
  const estimate = ({ count, n }: Pick<Proportion, 'count' | 'n'>): Estimate => ({ value: count / n, ...wilson(count, n) });
  return differenceOf(estimate(before), estimate(after));
}
