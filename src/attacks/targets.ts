/** Which class a targeted attack aims at. */
import * as z from 'zod';
import { GibbonError } from '../base/errors.ts';
import type { Target } from '../model/target.ts';
import type { AttackSample, Proposal } from './attack.ts';

export const targetParam = z
  .union([z.int().min(0), z.literal('least-likely')])
  .optional()
  .describe('class to reach: a class index, or "least-likely"; any other class when absent');

/** The wanted class per example, or undefined for an untargeted attack. Least-likely: Kurakin et al., arXiv:1607.02533, section 2.3. */
export async function targetOf(
  param: number | 'least-likely' | undefined,
  target: Target,
  samples: readonly AttackSample[],
): Promise<Map<number, number> | undefined> {
  if (param === undefined) return undefined;
  if (typeof param === 'number') {
    if (param >= target.task.classes)
      throw new GibbonError('E_USAGE', `target class ${param} does not exist`, {
        hint: `The model has ${target.task.classes} classes, 0 to ${target.task.classes - 1}.`,
      });
    return new Map(samples.map(({ index }) => [index, param]));
  }
  const rows = samples.map(({ x }) => x);
  if (target.task.id === 'binary') {
    const decisions = await target.judge.decide(rows);
    return new Map(samples.map(({ index }, i) => [index, decisions[i]?.label === 1 ? 0 : 1]));
  }
  const scores = await target.judge.scores(rows);
  return new Map(samples.map(({ index, label }, i) => [index, leastOther(scores[i] as Float32Array, label)]));
}

/** Proposals with the class that was wanted of each, so that the judge can hold them to it. */
export function withGoals(proposals: readonly Proposal[], goals: ReadonlyMap<number, number> | undefined): Proposal[] {
  return proposals.map((proposal) => {
    const goal = goals?.get(proposal.index);
    return goal === undefined ? proposal : { ...proposal, goal };
  });
}

/** The class with the lowest score, the label aside: where the model is far off, that may be the lowest itself. */
function leastOther(scores: Float32Array, label: number): number {
  let at = label === 0 ? 1 : 0;
  for (let i = at + 1; i < scores.length; i++) if (i !== label && (scores[i] as number) < (scores[at] as number)) at = i;
  return at;
}

/** For each example the classes other than its label, by falling score: likely ways out first. */
export async function rankedOthers({ judge }: Target, samples: readonly AttackSample[]): Promise<Map<number, number[]>> {
  const all = await judge.classScores(samples.map(({ x }) => x));
  return new Map(
    samples.map(({ index, label }, i) => {
      const own = all[i] as Float32Array;
      const others = [...own.keys()].filter((k) => k !== label);
      return [index, others.sort((a, b) => (own[b] as number) - (own[a] as number) || a - b)];
    }),
  );
}
