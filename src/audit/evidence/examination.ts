/** What a cross-examination of the attacks found, and when a share of it is more than luck. */
import { clopperPearson } from '../../stats/proportion.ts';
import type { RanAttack } from '../ran.ts';
import type { Steadiness } from '../tasks/steadiness.ts';

/** `scores`, `steps`, `restarts` and `adaptive` (Auto-PGD) are tried on examples that withstood the plan, `targeted` on a sample of all. */
export type Trial = 'scores' | 'steps' | 'restarts' | 'adaptive' | 'targeted';

export interface CrossExamination {
  readonly trials: Readonly<Partial<Record<Trial, RanAttack>>>;
  /** Examples that were classified correctly, and those that withstood every attack of the plan. */
  readonly correct: number;
  readonly standing: number;
  readonly steadiness: readonly Steadiness[];
  /** Names of trials that a budget left out. */
  readonly cut: readonly string[];
}

/** A share counts as more than luck where the lower end of its 95 % interval is larger: of 50 examples four. */
export const MATERIAL = 0.02;

export const isMaterial = (count: number, n: number): boolean => n > 0 && clopperPearson(count, n).low > MATERIAL;

/** Answers that differ by more between two calls are random, not rounded otherwise (AutoAttack, checks.py: distance of unit vectors). */
export const SPREAD = 1e-4;

/**
 * What falls among examples that withstood, as a share of all that were classified correctly, is more than attacks on honest models gain by trying harder.
 * Adversarially trained networks for MNIST lose 4 to 8 points to Square or to more steps (MadryLab's: 92.5 % under PGD, 88.3 % under Square).
 */
const GAINED = 0.05;

export function isMaterialOf(count: number, n: number, { standing, correct }: Pick<CrossExamination, 'standing' | 'correct'>): boolean {
  return n > 0 && (clopperPearson(count, n).low * standing) / correct > GAINED;
}

/** Of the examples that withstood and were not tried once more by everything, how many would fall, as often as those that were. */
export function expectedMore({ trials, standing }: Pick<CrossExamination, 'trials' | 'standing'>): number {
  const again = [trials.scores, trials.steps, trials.restarts, trials.adaptive].filter((one) => one !== undefined);
  const fellTo = (all: readonly RanAttack[]): Set<number> =>
    new Set(all.flatMap(({ replies }) => [...replies.values()].filter(({ broken }) => broken).map(({ index }) => index)));
  const sampled = again.filter(({ items }) => items.length < standing);
  const broken = fellTo(again.filter((one) => !sampled.includes(one)));
  const sample = new Set(sampled.flatMap(({ items }) => items.map(({ index }) => index)).filter((index) => !broken.has(index)));
  if (sample.size === 0) return 0;
  const fell = [...fellTo(sampled)].filter((index) => sample.has(index)).length;
  return ((standing - broken.size - sample.size) * fell) / sample.size;
}
