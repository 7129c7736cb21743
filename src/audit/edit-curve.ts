/** Robust accuracy of a text classifier against the number of edits: the greedy search has tried every smaller number on its way to the budget. */
import { proportion } from '../stats/proportion.ts';
import type { Facts, RanAttack, Traced } from './assemble.ts';
import type { CurvePoint } from './result.ts';

export interface EditTracing {
  readonly facts: Facts;
  readonly ran: readonly RanAttack[];
  /** Indices of the examples that were right before any attack. */
  readonly correct: readonly number[];
  /** Random edits, so many of them, on every correct example. */
  readonly noise: (edits: number) => Promise<RanAttack>;
}

/** A point for every number of edits up to the budget. */
export async function traceEdits({ facts, ran, correct, noise }: EditTracing): Promise<Traced> {
  const n = facts.clean.length;
  const points: CurvePoint[] = [
    { epsilon: 0, robustAccuracy: proportion(correct.length, n), noiseAccuracy: proportion(correct.length, n) },
  ];
  const found: RanAttack[] = [];
  for (let edits = 1; edits <= facts.epsilon.value; edits++) {
    found.push(await noise(edits));
    const standing = correct.filter((index) => ![...ran, ...found].some((one) => isBrokenWithin(one, index, edits)));
    const quiet = correct.filter((index) => !found.at(-1)?.replies.get(index)?.broken);
    points.push({ epsilon: edits, robustAccuracy: proportion(standing.length, n), noiseAccuracy: proportion(quiet.length, n) });
  }
  return { points, found };
}

function isBrokenWithin({ replies }: RanAttack, index: number, edits: number): boolean {
  const reply = replies.get(index);
  return reply?.broken === true && (reply.distances?.edits ?? Number.POSITIVE_INFINITY) <= edits;
}
