/** How well a reading of the input fits the labels, whether that is more than luck, and whether another reading fits as well. */
import { binomialTail } from '../stats/binomial.ts';

/** What a model answered under one reading of its input. */
export interface Answers {
  /** The predicted class of each sample. */
  readonly predicted: readonly number[];
  readonly correct: number;
}

/** A reading counts as right only where chance explains it less often than this, all readings tried taken together (Bonferroni). */
const SIGNIFICANCE = 1e-3;
/** The least share of what chance leaves open (Cohen's kappa) that a rightly read model is expected to get; with many classes good models miss more. */
const LEAST_SKILL = 0.4;
const LEAST_SKILL_OF_MANY = 0.2;
const MANY = 100;
/** A rare reading (BGR) has to convince by so much more: half-right answers come from misread models, too. */
const RARE = 1.6;
/** Two readings are told apart where luck explains the difference less often than this; */
export const TOLD_APART = 0.01;
/** A model's own file is contradicted only where luck explains it less often than this, whichever of a dozen other readings fits better; */
export const CONTRADICTED = 1e-3;
/** and the likelier one is taken where luck explains it this often. */
export const HARDLY_BETTER = 0.1;

/**
 * The accuracy that predictions would have if they had nothing to do with the labels: a model that always answers the majority class has no skill.
 * Where all labels are of one class a right model answers it always, too, and only evenly spread guessing is left to compare with.
 */
export function chanceOf(labels: readonly number[], predicted: readonly number[], classes: number): number {
  const even = 1 / Math.max(1, classes);
  if (new Set(labels).size < 2) return even;
  const share = (values: readonly number[], c: number): number => values.filter((value) => value === c).length / values.length;
  return Math.max(
    even,
    [...new Set(labels)].reduce((sum, c) => sum + share(labels, c) * share(predicted, c), 0),
  );
}

/** No more than luck, more than that, or as much as one may expect of a model that is read rightly? */
export function judgeFit(
  { predicted, correct }: Answers,
  labels: readonly number[],
  { classes, tried, rare }: { classes: number; tried: number; rare: boolean },
): 'chance' | 'poor' | 'good' {
  const chance = chanceOf(labels, predicted, classes);
  if (chance >= 1 || binomialTail(correct, labels.length, chance) * tried > SIGNIFICANCE) return 'chance';
  const skill = (correct / labels.length - chance) / (1 - chance);
  return skill < (classes > MANY ? LEAST_SKILL_OF_MANY : LEAST_SKILL) * (rare ? RARE : 1) ? 'poor' : 'good';
}

/** How often luck alone would put `best` so far before `other`: the sign test on the samples that only one of them gets right. */
export function luckOf(best: Answers, other: Answers, labels: readonly number[]): number {
  const right = ({ predicted }: Answers, i: number): boolean => predicted[i] === labels[i];
  const lost = labels.filter((_, i) => right(best, i) && !right(other, i)).length;
  const won = labels.filter((_, i) => !right(best, i) && right(other, i)).length;
  return binomialTail(lost, lost + won, 0.5);
}
