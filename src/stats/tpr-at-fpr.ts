/** True positive rate at a small false positive rate (Carlini et al., arXiv:2112.03570, section III), with an interval that knows that the threshold is estimated, too. */
import { binomialTail } from './binomial.ts';
import { clopperPearson } from './proportion.ts';
import { cornerAt, type Roc } from './roc.ts';

export interface TprAtFpr {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Negatives from which on a rate of false positives is resolved: ten of them are expected beyond the threshold. */
export const negativesFor = (fpr: number): number => Math.ceil(10 / fpr - 1e-9);

/** Each end may be wrong in 2.5 % of all samples: half of that for the threshold, half for the share of positives beyond it. */
const RISK = 0.0125;

/**
 * The rate itself is that of the last corner of the curve with at most `fpr`.
 * Its interval joins two exact ones by Bonferroni: the threshold between order statistics of the negatives (binomial), and the positives beyond it (Clopper–Pearson).
 */
export function tprAtFpr(roc: Roc, fpr: number): TprAtFpr {
  const { positives, negatives } = roc;
  const { tpr } = cornerAt(roc, fpr);
  // With k negatives at or beyond a threshold its true rate is surely not above fpr, or surely not below.
  const most = last(negatives, (k) => k === 0 || binomialTail(k, negatives, fpr) >= 1 - RISK);
  const least = first(negatives, (k) => binomialTail(k, negatives, fpr) <= RISK);
  const strict = positivesBefore(roc, most, false);
  const loose = least === undefined ? positives : positivesBefore(roc, least, true);
  const low = clopperPearson(strict, positives, 1 - 2 * RISK).low;
  const high = clopperPearson(loose, positives, 1 - 2 * RISK).high;
  return { value: tpr, low: Math.min(low, tpr), high: Math.max(high, tpr) };
}

function last(n: number, holds: (k: number) => boolean): number {
  let k = 0;
  while (k < n && holds(k + 1)) k++;
  return k;
}

function first(n: number, holds: (k: number) => boolean): number | undefined {
  for (let k = 1; k <= n; k++) if (holds(k)) return k;
  return undefined;
}

/** Positives above the k-th largest negative (with those that equal it, where they count). */
function positivesBefore({ steps }: Roc, k: number, withTies: boolean): number {
  if (k === 0) return 0;
  let [seen, count] = [0, 0];
  for (const { positives, negatives } of steps) {
    if (seen + negatives >= k) return withTies ? count + positives : count;
    seen += negatives;
    count += positives;
  }
  return count;
}
