/** Fisher's exact test (The Design of Experiments, 1935), one-sided: could two samples of one share differ this much? */
import { GibbonError } from '../base/errors.ts';
import { logChoose } from './binomial.ts';

type Sample = { readonly count: number; readonly n: number };

/**
 * P(the first sample has at least so many successes), given the total, if both have the same share: the upper tail of the hypergeometric distribution.
 * Relative error about 1e-12 · log n.
 * @throws GibbonError E_INTERNAL unless 0 ≤ count ≤ n are integers
 */
export function fisherTail(first: Sample, second: Sample): number {
  for (const { count, n } of [first, second]) {
    if (!Number.isInteger(count) || !Number.isInteger(n) || count < 0 || count > n)
      throw new GibbonError('E_INTERNAL', `Fisher's test needs integers 0 ≤ count ≤ n, not ${count} of ${n}.`);
  }
  const total = first.count + second.count;
  const least = Math.max(0, total - second.n);
  const most = Math.min(total, first.n);
  if (first.count === least) return 1;
  const up = sumFrom(first.count, most, { first, second, total });
  // Above the middle the tail itself is small; below it, what lies under it is.
  return first.count * (first.n + second.n) >= first.n * total ? up : 1 - sumFrom(first.count - 1, least, { first, second, total });
}

/** The probability of `from` and all that lies beyond it, as far as `end`, in the direction of `end`. */
function sumFrom(from: number, end: number, { first, second, total }: { first: Sample; second: Sample; total: number }): number {
  const start = Math.exp(logChoose(first.n, from) + logChoose(second.n, total - from) - logChoose(first.n + second.n, total));
  let [ratio, sum] = [1, 1];
  const step = Math.sign(end - from);
  for (let k = from; k !== end && ratio > sum * 1e-18; k += step) {
    ratio *=
      step > 0
        ? ((first.n - k) * (total - k)) / ((k + 1) * (second.n - total + k + 1))
        : (k * (second.n - total + k)) / ((first.n - k + 1) * (total - k + 1));
    sum += ratio;
  }
  return Math.min(1, start * sum);
}
