/** A proportion with its exact interval (Clopper & Pearson, Biometrika 26, 1934), through quantiles of the beta distribution. */
import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import { GibbonError } from '../base/errors.ts';

/** `value` = count / n, with the two-sided interval [low, high]; all in [0, 1]. */
export interface Proportion {
  readonly value: number;
  readonly count: number;
  readonly n: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The exact two-sided interval for `count` successes in `n` trials: it covers the true share at least `confidence` of the time.
 * With n = 0 nothing is known: value 0, low 0, high 1.
 * @param confidence in (0, 1)
 * @throws GibbonError E_INTERNAL unless 0 ≤ count ≤ n are integers
 */
export function clopperPearson(count: number, n: number, confidence = 0.95): Proportion {
  if (!Number.isInteger(count) || !Number.isInteger(n) || count < 0 || count > n) {
    throw new GibbonError('E_INTERNAL', `A proportion needs integers 0 ≤ count ≤ n, not ${count} of ${n}.`);
  }
  if (!(confidence > 0 && confidence < 1)) throw new GibbonError('E_INTERNAL', `A confidence lies between 0 and 1, unlike ${confidence}.`);
  if (n === 0) return { value: 0, count, n, low: 0, high: 1 };
  const tail = (1 - confidence) / 2;
  const low = clopperPearsonLower(count, n, tail);
  const high = count === n ? 1 : betaQuantile(1 - tail, count + 1, n - count);
  return { value: count / n, count, n, low, high };
}

/**
 * The exact one-sided bound: a share below it would give `count` or more successes in `n` trials with a probability of at most `alpha`.
 * @param alpha in (0, 1)
 */
export function clopperPearsonLower(count: number, n: number, alpha: number): number {
  return count === 0 ? 0 : betaQuantile(alpha, count, n - count + 1);
}

/** `count` of `n` with its 95 % interval: the form in which every share appears in a result. */
export function proportion(count: number, n: number): Proportion {
  return clopperPearson(count, n);
}
