/** Attacks surrogates and lets the untouched audited model judge what comes of it; with no surrogate the attack must need no gradients (noise). */
import type { AttackSample, Proposal } from '../../attacks/attack.ts';
import { defaultBatch } from '../../attacks/iterate.ts';
import { attackOf } from '../../attacks/registry.ts';
import { type Decision, NO_CLASS } from '../../model/judge.ts';
import type { Target } from '../../model/target.ts';
import type { HostTensor } from '../../runtime/runtime.ts';
import { judged } from '../judging.ts';
import type { AttackOrder, AttackReply, Subject } from '../subject.ts';
import { openSurrogate, type SurrogateSpec } from '../surrogates.ts';
import { defineRowTask } from '../task.ts';
import { attackSamples } from '../work.ts';

export interface TransferOrder {
  readonly subject: Subject;
  readonly classes: number;
  /** Attacked together. */
  readonly surrogates: readonly SurrogateSpec[];
  /** Whom the same examples are shown to beside the audited model. */
  readonly against: readonly SurrogateSpec[];
  readonly attack: AttackOrder['attack'];
  /** The same perturbations, made this many times as large, at most 1. */
  readonly factors: readonly number[];
}

export interface TransferReply extends AttackReply {
  /** For each factor: does the scaled perturbation fool the audited model? */
  readonly scaled: readonly boolean[];
  /** For each of `against`: is it fooled? null where it is wrong without any perturbation. */
  readonly fools: readonly (boolean | null)[];
}

export const transferTask = defineRowTask<TransferOrder, AttackOrder['items'][number], TransferReply>({
  kind: 'transfer',
  run: async (order, items, { open, runtime, finished, alive }) => {
    const { subject, classes, surrogates, against, attack } = order;
    const opened = await open(subject);
    const { target } = opened;
    const audited = { subject, classes };
    const source = surrogates.length > 0 ? await openSurrogate(surrogates, audited, runtime) : target;
    const others: Target[] = [];
    for (const one of against) others.push(await openSurrogate([one], audited, runtime));
    const batch = defaultBatch(target);
    const size = Math.max(4 * batch, 32);
    for (let at = 0; at < items.length; at += size) {
      const samples = await attackSamples(opened, items.slice(at, at + size));
      const proposals = await attackOf(attack.id).run({ ...attack, target: source, seed: subject.seed, batch, onStep: alive }, samples);
      const replies = await judged(target, order, { samples, proposals, kept: [] });
      const shown: Shown = { samples, proposals };
      const scaled = await scaledDown(target, shown, order.factors);
      const fools: (boolean | null)[][] = [];
      for (const other of others) fools.push(await fooled(other, shown));
      await finished(
        replies.map((reply, i) => ({
          ...reply,
          scaled: scaled.map((row) => row[i] as boolean),
          fools: fools.map((row) => row[i] ?? null),
        })),
      );
    }
  },
});

interface Shown {
  readonly samples: readonly AttackSample[];
  readonly proposals: readonly Proposal[];
}

const candidates = ({ samples, proposals }: Shown): Float32Array[] =>
  proposals.map(({ candidate }, i) => candidate ?? (samples[i] as AttackSample).x);

async function fooled(other: Target, shown: Shown): Promise<(boolean | null)[]> {
  const before = await other.judge.decide(shown.samples.map(({ x }) => x));
  const after = await other.judge.decide(candidates(shown));
  return shown.samples.map(({ label }, i) => (before[i]?.label === label ? isWrong(after[i], label) : null));
}

/** An answer with NaN in it is no decision. */
const isWrong = (decision: Decision | undefined, label: number): boolean =>
  decision !== undefined && decision.label !== NO_CLASS && decision.label !== label;

/** Rows at a time. */
const ROWS = 32;

/** x + t·(x′ − x) for each factor t ≤ 1: a point between two of the ball and of the range lies in both. */
async function scaledDown(target: Target, shown: Shown, factors: readonly number[]): Promise<boolean[][]> {
  const { shape } = target.preprocessing;
  const step = await target.arithmetic('between', (g) => {
    const [x0, x] = [g.input('original', 'float32', [ROWS, ...shape]), g.input('candidate', 'float32', [ROWS, ...shape])];
    return { x: g.add(x0, g.mul(g.input('factor', 'float32', []), g.sub(x, x0))) };
  });
  const ends = candidates(shown);
  const between = async (factor: number): Promise<Float32Array[]> => {
    const points: Float32Array[] = [];
    for (let at = 0; at < ends.length; at += ROWS) {
      const stacked = (rows: readonly Float32Array[]): HostTensor => {
        const data = new Float32Array(ROWS * target.size);
        for (const [i, row] of rows.entries()) data.set(row, i * target.size);
        return { type: 'float32', shape: [ROWS, ...shape], data };
      };
      const made = await step({
        original: stacked(shown.samples.slice(at, at + ROWS).map(({ x }) => x)),
        candidate: stacked(ends.slice(at, at + ROWS)),
        factor: { type: 'float32', shape: [], data: Float32Array.of(factor) },
      });
      const data = made.x?.data as Float32Array;
      for (let i = 0; i < Math.min(ROWS, ends.length - at); i++) points.push(data.slice(i * target.size, (i + 1) * target.size));
    }
    return points;
  };
  const results: boolean[][] = [];
  for (const factor of factors) {
    const decisions = await target.judge.decide(await between(factor));
    results.push(shown.samples.map(({ label }, i) => isWrong(decisions[i], label)));
  }
  return results;
}
