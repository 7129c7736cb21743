/** What gradient attacks with a fixed number of steps share: rows per example, restarts on survivors, proposals. */
import type { GradientBuilder, Target } from '../model/target.ts';
import { assertGradients } from '../model/target.ts';
import type { Value } from '../onnx/graph.ts';
import type { AttackContext, AttackSample, Proposal } from './attack.ts';
import { type Finished, type Row, schedule } from './schedule.ts';

export interface Iteration {
  /** Names the compiled graph: everything that changes the graph must be in it. */
  readonly id: string;
  readonly steps: number;
  readonly restarts: number;
  /** Initial fields of a row. */
  readonly fields: (sample: AttackSample, restart: number) => Readonly<Record<string, Float32Array | number>>;
  readonly define: (b: GradientBuilder) => Readonly<Record<string, Value>>;
}

/** Does a decision count as success? Targeted attacks want one class, untargeted ones any other. */
export type Fooled = (sample: AttackSample, label: number) => boolean;

/** Runs an iteration over samples; restarts only on examples that the judge still finds standing. */
export async function iterate(context: AttackContext<unknown>, iteration: Iteration, samples: readonly AttackSample[], fooled: Fooled = (sample, label) => label !== sample.label): Promise<Proposal[]> {
  const { target, batch, signal } = context;
  assertGradients(target);
  const steps = [await target.compile(iteration.id, batch, iteration.define)];
  const small = Math.max(1, Math.floor(batch / 4));
  if (batch >= 16 && samples.length % batch > 0) steps.push(await target.compile(iteration.id, small, iteration.define));
  const best = new Map<number, Proposal>();
  let standing = [...samples];
  for (let restart = 0; restart < iteration.restarts && standing.length > 0; restart++) {
    const finished: Finished[] = [];
    const rows = standing.map((sample): Row => ({ index: sample.index, steps: iteration.steps, fields: iteration.fields(sample, restart) }));
    await schedule({ steps, shape: target.preprocessing.shape, signal, onFinished: (row) => {
      finished.push(row);
      context.onProgress?.(1 / iteration.restarts);
    } }, rows);
    standing = await survivors({ context, standing, finished, best, cost: steps[0]?.cost ?? { queries: 1, gradients: 1 }, fooled });
  }
  return samples.map(({ index }) => best.get(index) as Proposal);
}

interface Round {
  readonly context: AttackContext<unknown>;
  readonly standing: readonly AttackSample[];
  readonly finished: readonly Finished[];
  readonly best: Map<number, Proposal>;
  readonly cost: { readonly queries: number; readonly gradients: number };
  readonly fooled: Fooled;
}

/** Records a round's candidates and returns the examples that the judge finds still standing. */
async function survivors({ context, standing, finished, best, cost, fooled }: Round): Promise<AttackSample[]> {
  const decisions = await context.target.judge.decide(finished.map(({ x }) => x));
  const broken = new Set<number>();
  const samples = new Map(standing.map((sample) => [sample.index, sample]));
  for (const [i, { row, x, steps, slope }] of finished.entries()) {
    const before = best.get(row.index);
    if (fooled(samples.get(row.index) as AttackSample, decisions[i]?.label ?? -1)) broken.add(row.index);
    best.set(row.index, {
      index: row.index,
      candidate: x,
      queries: (before?.queries ?? 0) + steps * cost.queries,
      gradients: (before?.gradients ?? 0) + steps * cost.gradients,
      ...(slope === undefined ? {} : { slope: health(slope) }),
    });
  }
  for (const index of broken) context.onProposal?.(best.get(index) as Proposal);
  return standing.filter(({ index }) => !broken.has(index));
}

function health(slope: number): 'ok' | 'zero' | 'not-finite' {
  if (!Number.isFinite(slope)) return 'not-finite';
  return slope === 0 ? 'zero' : 'ok';
}

/** Batch sizes that keep activations in cache on common networks. */
export function defaultBatch(target: Pick<Target, 'size'>): number {
  if (target.size <= 1024) return 64;
  return target.size <= 8192 ? 32 : 8;
}
