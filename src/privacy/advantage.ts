/** Membership advantage, TPR − FPR (Yeom et al., arXiv:1709.01604, definition 4), measured where its threshold was not chosen: the maximum over thresholds on one sample flatters the attacker. */
import { keyedRng } from '../rng/rng.ts';
import { type Difference, shareDifference } from '../stats/difference.ts';
import { bestCorner, rocOf } from '../stats/roc.ts';

export interface Sides {
  readonly members: readonly number[];
  readonly others: readonly number[];
}

/**
 * Each half of both sides is judged by the threshold that is best on the other half; hits are summed.
 * @returns the advantage with Newcombe's interval, and the hits that it comes from
 */
export function crossFittedAdvantage({ members, others }: Sides, seed: number): Difference {
  const [inside, outside] = [halves(members, seed, 'members'), halves(others, seed, 'others')];
  let [hits, alarms] = [0, 0];
  for (const i of [0, 1] as const) {
    const { threshold } = bestCorner(rocOf(inside[i], outside[i]));
    hits += countFrom(inside[1 - i] as readonly number[], threshold);
    alarms += countFrom(outside[1 - i] as readonly number[], threshold);
  }
  return shareDifference({ count: alarms, n: others.length }, { count: hits, n: members.length });
}

function halves(scores: readonly number[], seed: number, side: string): [readonly number[], readonly number[]] {
  const mixed = keyedRng(seed, 'membership', 'halves', side).shuffle(scores);
  const middle = Math.floor(mixed.length / 2);
  return [mixed.slice(0, middle), mixed.slice(middle)];
}

const countFrom = (scores: readonly number[], threshold: number): number => scores.filter((score) => score >= threshold).length;
