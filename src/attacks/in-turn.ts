/** Several attacks one after the other, each on the examples that the earlier ones left: what AutoAttack (arXiv:2003.01690, section 5) calls an ensemble. */
import { asRows } from '../model/feasible.ts';
import { isInside, measure } from '../model/measure.ts';
import type { Cost } from '../model/target.ts';
import type { Metric } from '../threat/metric.ts';
import type { Attack, AttackContext, AttackSample, Proposal, Stage } from './attack.ts';
import { decided } from './iterate.ts';
import { mostOf } from './most.ts';

export interface Member {
  readonly attack: Attack;
  readonly params: Readonly<Record<string, unknown>>;
  /** What it costs beside the others, for the progress that is reported; any unit. */
  readonly weight: number;
}

/** Proposals hold the candidate of the member that broke the example, or else the last one's; queries and gradients are those of all that tried. */
export async function inTurn(
  context: AttackContext<unknown>,
  members: readonly Member[],
  samples: readonly AttackSample[],
): Promise<Proposal[]> {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const found = new Map<number, Proposal>();
  let standing = samples;
  let passed = 0;
  for (const { attack, params, weight } of members) {
    if (standing.length === 0) break;
    const share = weight / total;
    const onProgress = (finished: number): void => context.onProgress?.(finished * share);
    const proposals = await attack.run({ ...context, params: { ...params }, onProgress, onProposal: undefined }, standing);
    passed += share;
    for (const proposal of proposals) found.set(proposal.index, added(found.get(proposal.index), proposal, attack.id));
    const fell = await broken(context, standing, proposals);
    for (const { index } of standing.filter((sample) => fell.has(sample.index))) {
      context.onProgress?.(1 - passed);
      context.onProposal?.(found.get(index) as Proposal);
    }
    standing = standing.filter(({ index }) => !fell.has(index));
  }
  for (const { index } of standing) context.onProposal?.(found.get(index) as Proposal);
  return samples.map(({ index }) => found.get(index) as Proposal);
}

function added(before: Proposal | undefined, { queries, gradients, ...proposal }: Proposal, attack: string): Proposal {
  const stage: Stage = { attack, queries, gradients };
  const slope = before?.slope ?? proposal.slope;
  return {
    ...proposal,
    candidate: proposal.candidate ?? before?.candidate,
    queries: queries + (before?.queries ?? 0),
    gradients: gradients + (before?.gradients ?? 0),
    stages: [...(before?.stages ?? []), stage],
    ...(slope && { slope }),
  };
}

/** Indices of the examples whose candidate fools the untouched model inside the ball. */
async function broken(
  { target, norm, epsilon }: AttackContext<unknown>,
  samples: readonly AttackSample[],
  proposals: readonly Proposal[],
): Promise<Set<number>> {
  const proposed = samples.flatMap(({ index, x: original, label }, i) => {
    const candidate = proposals[i]?.candidate;
    return candidate ? [{ index, label, original, candidate }] : [];
  });
  // What the data could not hold breaks nothing, so the next member gets its turn.
  const rows = await asRows(target, proposed, norm, epsilon);
  const pairs = proposed.map((one, i) => ({ ...one, candidate: rows[i]?.candidate ?? one.candidate }));
  const fooling = async (of: typeof pairs): Promise<typeof pairs> => {
    const decisions = await target.judge.decide(of.map(({ candidate }) => candidate));
    return of.filter(({ label }, i) => {
      const decision = decisions[i];
      return decision !== undefined && decided(decision) && decision.label !== label;
    });
  };
  const once = await fooling(pairs);
  // As in the end: what one lucky vote let pass would be spared the other members.
  const fooled = target.judge.votes > 1 ? await fooling(once) : once;
  const measures = await measure(target, fooled);
  return new Set(
    fooled
      .filter((_, i) => {
        const own = measures[i];
        return own !== undefined && isInside(own, norm, epsilon);
      })
      .map(({ index }) => index),
  );
}

/** The most that an example can cost on a model with so many classes, in this norm. */
export function mostOfAll(members: readonly Member[], on: { readonly classes: number; readonly norm: Metric }): Cost {
  const all = members.map(({ attack, params }) => mostOf(attack, params, on));
  return {
    queries: all.reduce((sum, { queries }) => sum + queries, 0),
    gradients: all.reduce((sum, { gradients }) => sum + gradients, 0),
  };
}
