/** How little it takes to make a model refuse: the smallest share of the budget at which an attack drives each example to the refusal, and whether noise does. */
import type { AttackContext, AttackSample, Proposal } from '../../attacks/attack.ts';
import { refusalStep } from '../../attacks/availability/refusal.ts';
import { pgd } from '../../attacks/evasion/pgd.ts';
import { defaultBatch, iterate } from '../../attacks/iterate.ts';
import { randomStart } from '../../attacks/random-start.ts';
import { asRows } from '../../model/feasible.ts';
import type { Decision } from '../../model/judge.ts';
import { NO_CLASS } from '../../model/judge.ts';
import { isInside, measure, type Pair } from '../../model/measure.ts';
import { rangeOf } from '../../model/preprocessing.ts';
import type { Target } from '../../model/target.ts';
import { keyedRng } from '../../rng/rng.ts';
import type { Norm } from '../../threat/ball.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask, type RowItem, type RowReply } from '../task.ts';

/** What counts as a refusal: one of these classes, or any answer of less confidence. */
export type Refusal =
  | { readonly kind: 'class'; readonly classes: readonly number[] }
  | { readonly kind: 'threshold'; readonly threshold: number };

export interface RefusalOrder {
  readonly subject: Subject;
  readonly refusal: Refusal;
  readonly norm: Norm;
  readonly epsilon: number;
  /** Rising shares of epsilon that are tried. */
  readonly shares: readonly number[];
  readonly steps: number;
  readonly draws: number;
}

export interface RefusalItem extends RowItem {
  readonly label: number;
}

export interface RefusalReply extends RowReply {
  /** The smallest share of epsilon at which the model refused; null where none did. */
  readonly share: number | null;
  /** Did random noise of size epsilon do it in any draw? */
  readonly byNoise: boolean;
}

export const isRefused = ({ label, confidence }: Decision, refusal: Refusal): boolean => {
  if (label === NO_CLASS) return false;
  return refusal.kind === 'class' ? refusal.classes.includes(label) : confidence < refusal.threshold;
};

const CHUNK_NUMBERS = 8e6;

export const refusalTask = defineRowTask<RefusalOrder, RefusalItem, RefusalReply>({
  kind: 'refusal',
  run: async (order, items, { open, finished, alive }) => {
    const { target, rows } = await open(order.subject);
    const chunk = Math.max(4, Math.min(256, Math.floor(CHUNK_NUMBERS / target.size)));
    for (let at = 0; at < items.length; at += chunk) {
      const part = items.slice(at, at + chunk);
      const loaded = await rows(part.map(({ index }) => index));
      const labels = new Map(part.map(({ index, label }) => [index, label]));
      const samples = loaded.map(
        ({ sample, row }): AttackSample => ({ index: sample.index, x: row, label: labels.get(sample.index) as number }),
      );
      const shares = await smallestShares(target, order, samples, alive);
      const noisy = await refusedByNoise(target, order, samples);
      await finished(samples.map(({ index }) => ({ index, share: shares.get(index) ?? null, byNoise: noisy.has(index) })));
    }
  },
});

/** Small balls first; what has refused is done. */
async function smallestShares(
  target: Target,
  order: RefusalOrder,
  samples: readonly AttackSample[],
  alive: () => void,
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const share of order.shares) {
    const epsilon = share * order.epsilon;
    for (const goal of order.refusal.kind === 'class' ? order.refusal.classes : [undefined]) {
      const standing = samples.filter(({ index }) => !found.has(index));
      if (standing.length === 0) return found;
      const proposals = await proposed(target, { ...order, epsilon }, standing, { goal, alive });
      for (const index of await refused(target, { ...order, epsilon }, standing, proposals)) found.set(index, share);
    }
  }
  return found;
}

interface How {
  readonly goal: number | undefined;
  readonly alive: () => void;
}

async function proposed(target: Target, order: RefusalOrder, samples: readonly AttackSample[], { goal, alive }: How): Promise<Proposal[]> {
  const { norm, epsilon, steps, refusal, subject } = order;
  const context: AttackContext<Record<string, unknown>> = {
    target,
    norm,
    epsilon,
    seed: subject.seed,
    batch: defaultBatch(target),
    params: { steps, target: goal },
    onStep: alive,
  };
  if (refusal.kind === 'class') return pgd.run(context, samples);
  const range = rangeOf(target.preprocessing);
  const fields = ({ x, index }: AttackSample): Record<string, Float32Array | number> => ({
    x0: x,
    x: randomStart(keyedRng(subject.seed, 'forced-rejection', index, epsilon), norm, x, epsilon, range),
    epsilon,
    // As long a way as PGD's reference takes: 40 steps of a thirtieth.
    stepSize: (epsilon / 30) * Math.max(1, 40 / steps),
  });
  const id = `refusal ${norm} ${refusal.threshold}`;
  return iterate(
    context,
    { id, steps, restarts: 1, fields, define: refusalStep({ norm, threshold: refusal.threshold }) },
    samples,
    () => true,
  );
}

/** Decided by the untouched model, inside the ball, on rows that the data could hold. */
async function refused(
  target: Target,
  { norm, epsilon, refusal }: RefusalOrder,
  samples: readonly AttackSample[],
  proposals: readonly Proposal[],
): Promise<number[]> {
  const originals = new Map(samples.map(({ index, x }) => [index, x]));
  const tried = proposals.filter((one): one is Proposal & { readonly candidate: Float32Array } => one.candidate !== undefined);
  const proposedPairs = tried.map(({ index, candidate }): Pair => ({ original: originals.get(index) as Float32Array, candidate }));
  const pairs = await asRows(target, proposedPairs, norm, epsilon);
  const decisions = await target.judge.decide(pairs.map(({ candidate }) => candidate));
  const measures = await measure(target, pairs);
  return tried.flatMap(({ index }, i) =>
    isRefused(decisions[i] as Decision, refusal) && isInside(measures[i] as (typeof measures)[number], norm, epsilon) ? [index] : [],
  );
}

async function refusedByNoise(target: Target, order: RefusalOrder, samples: readonly AttackSample[]): Promise<Set<number>> {
  const { norm, epsilon, refusal, draws, subject } = order;
  const found = new Set<number>();
  const range = rangeOf(target.preprocessing);
  for (let draw = 0; draw < draws; draw++) {
    const standing = samples.filter(({ index }) => !found.has(index));
    const pairs = standing.map(({ index, x }): Pair => {
      return {
        original: x,
        candidate: randomStart(keyedRng(subject.seed, 'forced-rejection', index, 'noise', draw), norm, x, epsilon, range),
      };
    });
    const rows = await asRows(target, pairs, norm, epsilon);
    const decisions = await target.judge.decide(rows.map(({ candidate }) => candidate));
    for (const [i, { index }] of standing.entries()) if (isRefused(decisions[i] as Decision, refusal)) found.add(index);
  }
  return found;
}
