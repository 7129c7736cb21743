/** Membership inference with one global threshold: what an attacker gains from each signal, beside the gap attack, which only asks whether the answer is right. */
import { type AucInterval, aucInterval } from '../stats/auc-interval.ts';
import { type Difference, shareDifference } from '../stats/difference.ts';
import { type Proportion, proportion } from '../stats/proportion.ts';
import { bestCorner, type Roc, rocOf } from '../stats/roc.ts';
import { negativesFor, type TprAtFpr, tprAtFpr } from '../stats/tpr-at-fpr.ts';
import { crossFittedAdvantage } from './advantage.ts';
import type { Signal } from './signals.ts';

/** One example, as the model answered it. */
export interface Observed {
  /** The right class. */
  readonly label: number;
  readonly isCorrect: boolean;
  readonly signals: Readonly<Record<Signal, number>>;
}

export interface Populations {
  readonly members: readonly Observed[];
  readonly others: readonly Observed[];
}

/** Rates of false positives that are looked at. */
export const FPRS = [0.01, 0.001] as const;
export type Fpr = (typeof FPRS)[number];

export interface AttackFigures {
  readonly roc: Roc;
  readonly auc: AucInterval;
  /** undefined where there are too few non-members for it. */
  readonly tpr: Readonly<Record<Fpr, TprAtFpr | undefined>>;
  /** Threshold and rates from different halves. */
  readonly advantage: Difference;
  /** Largest TPR − FPR on the whole sample: too large in expectation. */
  readonly largest: number;
}

export function attackBy(signal: Signal, { members, others }: Populations, seed: number): AttackFigures {
  const scores = (all: readonly Observed[]): number[] => all.map(({ signals }) => signals[signal]);
  const [inside, outside] = [scores(members), scores(others)];
  const roc = rocOf(inside, outside);
  const best = bestCorner(roc);
  const at = (fpr: Fpr): TprAtFpr | undefined => (others.length >= negativesFor(fpr) ? tprAtFpr(roc, fpr) : undefined);
  return {
    roc,
    auc: aucInterval(roc),
    tpr: { 0.01: at(0.01), 0.001: at(0.001) },
    advantage: crossFittedAdvantage({ members: inside, others: outside }, seed),
    largest: best.tpr - best.fpr,
  };
}

export interface Gap {
  readonly members: Proportion;
  readonly others: Proportion;
  /** Accuracy on members less that on others: the gap attack's advantage. */
  readonly gap: Difference;
  readonly auc: number;
  /** Its share of members at a small share of false positives, where it guesses among the correct ones. */
  tprAt(fpr: number): number;
}

/** "Member if the answer is right" (Yeom et al., arXiv:1709.01604; Choquette-Choo et al., arXiv:2007.14321). */
export function gapAttack({ members, others }: Populations): Gap {
  const right = (all: readonly Observed[]): Proportion => proportion(all.filter(({ isCorrect }) => isCorrect).length, all.length);
  const [inside, outside] = [right(members), right(others)];
  const gap = shareDifference(outside, inside);
  return {
    members: inside,
    others: outside,
    gap,
    auc: (1 + gap.value) / 2,
    tprAt: (fpr) => (outside.value === 0 ? inside.value : Math.min(1, fpr / outside.value) * inside.value),
  };
}

export interface OfClass {
  readonly label: number;
  readonly members: number;
  readonly others: number;
  readonly auc: AucInterval;
}

/** Examples of either kind that a class needs for a figure of its own. */
export const ENOUGH_OF_CLASS = 30;

/** The classes that have enough of both, the most exposed first. */
export function byClass(signal: Signal, { members, others }: Populations): OfClass[] {
  const grouped = (all: readonly Observed[]): Map<number, number[]> => {
    const groups = new Map<number, number[]>();
    for (const { label, signals } of all) {
      const group = groups.get(label) ?? [];
      group.push(signals[signal]);
      groups.set(label, group);
    }
    return groups;
  };
  const outside = grouped(others);
  const found = [...grouped(members)].flatMap(([label, inside]): OfClass[] => {
    const beside = outside.get(label) ?? [];
    if (Math.min(inside.length, beside.length) < ENOUGH_OF_CLASS) return [];
    return [{ label, members: inside.length, others: beside.length, auc: aucInterval(rocOf(inside, beside)) }];
  });
  return found.sort((a, b) => b.auc.low - a.auc.low || a.label - b.label);
}
