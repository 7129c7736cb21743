/** The exact one-sided binomial test: could guessing have been right this often? */
import { GibbonError } from '../base/errors.ts';

/** log C(n, k), summed term by term: exact to rounding for every n that a data set can have. */
export function logChoose(n: number, k: number): number {
  let total = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) total += Math.log((n - i + 1) / i);
  return total;
}

/**
 * P(X ≥ count) for X ~ Binomial(n, p): the upper tail, which equals the beta distribution function I_p(count, n − count + 1).
 * It is summed outwards from its largest term, since the package's beta distribution offers quantiles only. Relative error about 1e-12 · log n.
 * @param p in [0, 1]
 * @throws GibbonError E_INTERNAL unless 0 ≤ count ≤ n are integers and p lies in [0, 1]
 */
export function binomialTail(count: number, n: number, p: number): number {
  if (!Number.isInteger(count) || !Number.isInteger(n) || count < 0 || count > n || !(p >= 0 && p <= 1)) {
    throw new GibbonError('E_INTERNAL', `A binomial tail needs integers 0 ≤ count ≤ n and p in [0, 1], not ${count}, ${n}, ${p}.`);
  }
  if (count === 0 || p === 1) return 1;
  if (p === 0) return 0;
  // Below the mean the upper tail is nearly 1: sum its small complement instead.
  if (count <= n * p) return 1 - binomialTail(n - count + 1, n, 1 - p);
  const odds = p / (1 - p);
  let ratio = 1;
  let sum = 1;
  for (let k = count; k < n && ratio > sum * 1e-18; k++) {
    ratio *= ((n - k) / (k + 1)) * odds;
    sum += ratio;
  }
  return Math.min(1, sum * Math.exp(logChoose(n, count) + count * Math.log(p) + (n - count) * Math.log1p(-p)));
}

/**
 * The p-value of "the model is no better than guessing evenly among `classes`", for `correct` of `n` right.
 * Small means better than chance; 1 where n = 0, since nothing is known.
 * @throws GibbonError E_INTERNAL for counts out of order or classes < 1
 */
export function betterThanChance(correct: number, n: number, classes: number): number {
  if (!(classes >= 1)) throw new GibbonError('E_INTERNAL', `Chance needs at least one class, not ${classes}.`);
  return binomialTail(correct, n, 1 / classes);
}
