/** How far groups lie apart: the largest difference or the smallest ratio between any two, with an interval that counts all pairs. */
import { type Limits, moverDifference, moverRatio } from '../stats/mover.ts';
import type { Estimate } from './estimate.ts';

export interface GroupFigure {
  readonly group: string;
  readonly estimate: Estimate;
}

export interface Pair {
  /** The group with the smaller figure. */
  readonly lower: string;
  readonly higher: string;
  readonly limits: Limits;
}

/** Between the extremes of all groups. */
export interface Gap extends Limits {
  readonly n: number;
  /** The groups furthest apart. */
  readonly widest: Pair;
  /** The pair whose distance is surest: its limit is the gap's own. */
  readonly surest: Pair;
}

/** Comparisons among so many groups. */
export const pairsOf = (groups: number): number => (groups * (groups - 1)) / 2;

function ordered(figures: readonly GroupFigure[]): [lower: GroupFigure, higher: GroupFigure][] {
  const sorted = [...figures].sort((a, b) => a.estimate.value - b.estimate.value || (a.group < b.group ? -1 : 1));
  return sorted.flatMap((lower, i) => sorted.slice(i + 1).map((higher): [GroupFigure, GroupFigure] => [lower, higher]));
}

const total = (figures: readonly GroupFigure[]): number => figures.reduce((sum, { estimate }) => sum + estimate.n, 0);
const best = (pairs: readonly Pair[], score: (pair: Pair) => number): Pair =>
  pairs.reduce((most, pair) => (score(pair) > score(most) ? pair : most));

/**
 * Largest minus smallest; undefined for fewer than two groups. Where every pair's interval covers at once, the true range is at least the
 * largest lower limit of a pair and at most the largest upper limit (a lower limit below 0 says nothing).
 * @param confidence of each pair: 1 − 0.05 / comparisons, so that all hold at once with 95 % (Bonferroni)
 */
export function largestDifference(figures: readonly GroupFigure[], confidence: number): Gap | undefined {
  if (figures.length < 2) return undefined;
  const pairs = ordered(figures).map(([lower, higher]): Pair => {
    const { value, low, high } = moverDifference(higher.estimate.limits(confidence), lower.estimate.limits(confidence));
    // The pair was put in order by what was seen: the other direction is possible, too.
    return { lower: lower.group, higher: higher.group, limits: { value, low: Math.max(0, low), high: Math.max(high, -low) } };
  });
  const surest = best(pairs, ({ limits }) => limits.low);
  return {
    value: Math.max(...pairs.map(({ limits }) => limits.value)),
    low: surest.limits.low,
    high: Math.max(...pairs.map(({ limits }) => limits.high)),
    n: total(figures),
    widest: best(pairs, ({ limits }) => limits.value),
    surest,
  };
}

/** Smallest over largest, in [0, 1]; undefined for fewer than two groups, or where all are 0. The interval is made in the same way. */
export function smallestRatio(figures: readonly GroupFigure[], confidence: number): Gap | undefined {
  const pairs = ordered(figures).flatMap(([lower, higher]): Pair[] => {
    const [a, b] = [lower.estimate.limits(confidence), higher.estimate.limits(confidence)];
    const found = moverRatio(a, b);
    if (!found) return [];
    // In the other direction the ratio is at most 1 / low.
    const low = Math.min(found.low, found.high > 0 ? 1 / found.high : 1);
    return [{ lower: lower.group, higher: higher.group, limits: { value: found.value, low, high: Math.min(1, found.high) } }];
  });
  if (pairs.length === 0) return undefined;
  const surest = best(pairs, ({ limits }) => -limits.high);
  return {
    value: Math.min(...pairs.map(({ limits }) => limits.value)),
    low: Math.min(...pairs.map(({ limits }) => limits.low)),
    high: surest.limits.high,
    n: total(figures),
    widest: best(pairs, ({ limits }) => -limits.value),
    surest,
  };
}
