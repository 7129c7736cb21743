/** Two classifiers on the same examples: the exact test of McNemar (Psychometrika 12, 1947) and Tango's score interval for the difference (Statistics in Medicine 17, 1998). */
import { GibbonError } from '../base/errors.ts';
import { binomialTail } from './binomial.ts';
import type { Difference } from './difference.ts';
import { Z95 } from './wilson.ts';

export interface Pairs {
  /** Examples that both runs hold. */
  readonly n: number;
  /** Right before and wrong after. */
  readonly worse: number;
  /** Wrong before and right after. */
  readonly better: number;
}

export interface PairedTest {
  /** P(at least so many got worse), if a change in either direction is equally likely. */
  readonly worsePValue: number;
  readonly betterPValue: number;
  /** That of "nothing changed": twice the smaller one, at most 1. */
  readonly pValue: number;
}

/** @throws GibbonError E_INTERNAL unless the counts are whole and fit into n */
export function mcNemar(pairs: Pairs): PairedTest {
  const { worse, better } = checked(pairs);
  const changed = worse + better;
  const worsePValue = binomialTail(worse, changed, 0.5);
  const betterPValue = binomialTail(better, changed, 0.5);
  return { worsePValue, betterPValue, pValue: Math.min(1, 2 * Math.min(worsePValue, betterPValue)) };
}

/**
 * Share right after minus share right before, with the two-sided 95 % score interval: all differences that the data do not contradict.
 * The share of pairs that changed is, for each difference, its most likely one (eq. 7 there, a quadratic).
 * @throws GibbonError E_INTERNAL unless n ≥ 1
 */
export function pairedDifference(pairs: Pairs): Difference {
  const { n, worse, better } = checked(pairs);
  if (n === 0) throw new GibbonError('E_INTERNAL', 'A difference needs at least one pair.');
  const value = (better - worse) / n;
  const score = (delta: number): number => scoreOf(delta, { n, worse, better });
  // The score falls as delta rises: it is the distance from what was seen.
  return { value, low: crossing(score, Z95, [-1, value]), high: crossing(score, -Z95, [value, 1]) };
}

function scoreOf(delta: number, { n, worse, better }: Pairs): number {
  const b = -worse - better + (2 * n - better + worse) * delta;
  const c = -worse * delta * (1 - delta);
  const least = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n);
  const variance = n * (2 * least + delta * (1 - delta));
  const distance = better - worse - n * delta;
  if (variance <= 0) return distance === 0 ? 0 : Math.sign(distance) * Number.POSITIVE_INFINITY;
  return distance / Math.sqrt(variance);
}

/** Where a falling function passes `level`, between two ends; the end itself where it does not. */
function crossing(falling: (x: number) => number, level: number, [from, to]: readonly [number, number]): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 100 && high - low > 1e-15; i++) {
    const middle = (low + high) / 2;
    if (falling(middle) > level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function checked(pairs: Pairs): Pairs {
  const { n, worse, better } = pairs;
  if ([n, worse, better].every((count) => Number.isInteger(count) && count >= 0) && worse + better <= n) return pairs;
  throw new GibbonError('E_INTERNAL', `Pairs need whole counts within n, not ${worse} and ${better} of ${n}.`);
}
