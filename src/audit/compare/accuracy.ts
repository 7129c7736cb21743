/** Clean and robust accuracy of two runs: paired by example where they share them (exact McNemar), else as two samples (Fisher). */
import { type Difference, shareDifference } from '../../stats/difference.ts';
import { fisherTail } from '../../stats/fisher.ts';
import { mcNemar, pairedDifference } from '../../stats/paired.ts';
import type { Proportion } from '../../stats/proportion.ts';
import type { ModelResult, SampleResult } from '../result.ts';
import { pairSamples } from './pair-samples.ts';

export const ACCURACIES = ['cleanAccuracy', 'robustAccuracy'] as const;
export type Accuracy = (typeof ACCURACIES)[number];

export interface AccuracyChange {
  readonly before: Proportion;
  readonly after: Proportion;
  readonly difference: Difference;
  /** One-sided: of "it has not become worse", and of "it has not become better". */
  readonly worsePValue: number;
  readonly betterPValue: number;
  /** Names of test and interval. */
  readonly method: string;
  /** Why the examples were not compared one by one; undefined where they were. */
  readonly unpaired: string | undefined;
  /** Pairs, or the smaller of the two samples. */
  readonly n: number;
  /** Paired only: what was right before and is wrong now, and the other way. */
  readonly worse: readonly SampleResult[];
  readonly better: readonly SampleResult[];
}

const isRight = ({ clean, label, adversarial }: SampleResult, accuracy: Accuracy): boolean =>
  clean.label === label && (accuracy === 'cleanAccuracy' || adversarial === null);

/** Undefined where either run has not measured it. */
export function accuracyChange(before: ModelResult, after: ModelResult, accuracy: Accuracy): AccuracyChange | undefined {
  const [was, is] = [before.summary[accuracy], after.summary[accuracy]];
  if (was.n === 0 || is.n === 0) return undefined;
  const { pairs, unpaired } = pairSamples(before, after);
  if (unpaired !== undefined) {
    return {
      before: was,
      after: is,
      difference: shareDifference(was, is),
      worsePValue: fisherTail(was, is),
      betterPValue: fisherTail(is, was),
      method: 'Fisher’s exact test, Newcombe’s interval',
      unpaired,
      n: Math.min(was.n, is.n),
      worse: [],
      better: [],
    };
  }
  const changed = pairs.filter((pair) => isRight(pair.before, accuracy) !== isRight(pair.after, accuracy)).map((pair) => pair.after);
  const [worse, better] = [changed.filter((one) => !isRight(one, accuracy)), changed.filter((one) => isRight(one, accuracy))];
  const counts = { n: pairs.length, worse: worse.length, better: better.length };
  const { worsePValue, betterPValue } = mcNemar(counts);
  return {
    before: was,
    after: is,
    difference: pairedDifference(counts),
    worsePValue,
    betterPValue,
    method: 'exact McNemar test, Tango’s interval',
    unpaired: undefined,
    n: pairs.length,
    worse,
    better,
  };
}
