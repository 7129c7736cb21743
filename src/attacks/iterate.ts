/** What gradient attacks with a fixed number of steps share: rows per example, restarts on survivors, proposals. */

import { NOISE_RUN, noiseFields } from '../model/draws.ts';
import type { Decision } from '../model/judge.ts';
import type { CompiledStep, Cost, GradientBuilder, Target } from '../model/target.ts';
import { assertGradients } from '../model/target.ts';
import type { Value } from '../onnx/graph.ts';
import type { NumericMetric } from '../threat/metric.ts';
import type { AttackContext, AttackSample, Proposal } from './attack.ts';
import { type Finished, type Row, schedule } from './schedule.ts';

export interface Iteration {
  /** Names the compiled graph: everything that changes the graph must be in it. */
  readonly id: string;
  readonly steps: number;
  readonly restarts: number;
  /** Initial fields of a row; `before` is the end of the example's last restart. */
  readonly fields: (sample: AttackSample, restart: number, before?: Finished) => Readonly<Record<string, Float32Array | number>>;
  /** The fields in which a row that goes on, where the untouched model says otherwise than the step, differs from its beginning. */
  readonly resumed?: Readonly<Record<string, number>>;
  readonly define: (b: GradientBuilder) => Readonly<Record<string, Value>>;
  /** What each example has cost before its first step. */
  readonly before?: Cost | undefined;
}

/** Does a decision count as success? Targeted attacks want one class, untargeted ones any other. */
export type Fooled = (sample: AttackSample, label: number, end: Pick<Finished, 'scalars'>) => boolean;

/** Another class than the label. */
export const anyOther: Fooled = (sample, label) => label !== sample.label;

/** A model that answers NaN has decided nothing, whatever label stands beside it. */
export const decided = ({ confidence }: Decision): boolean => !Number.isNaN(confidence);

/** Runs an iteration over samples; restarts only on examples that the judge still finds standing. */
export async function iterate(
  context: AttackContext<unknown, NumericMetric>,
  iteration: Iteration,
  samples: readonly AttackSample[],
  fooled: Fooled = anyOther,
): Promise<Proposal[]> {
  assertGradients(context.target);
  if (samples.length === 0) return [];
  const sizes = batchSizes(context, samples.length);
  const found = new Map<number, Proposal>();
  const ends = new Map<number, Finished>();
  let standing = samples;
  for (let restart = 0; restart < iteration.restarts && standing.length > 0; restart++) {
    const rows = standing.map(
      (sample): Row => ({
        index: sample.index,
        steps: iteration.steps,
        fields: {
          ...iteration.fields(sample, restart, ends.get(sample.index)),
          ...noiseFields(context.seed, iteration.id, sample.index, restart),
        },
      }),
    );
    const left = iteration.restarts - restart;
    const round: Round = {
      context,
      iteration,
      sizes,
      fooled,
      found,
      ends,
      left,
      of: iteration.restarts,
      samples: new Map(standing.map((sample) => [sample.index, sample])),
    };
    // Where the step's graph and the untouched model disagree on success, the row goes on to its end and is judged once more.
    const mistaken = await play(round, rows);
    await play(round, mistaken);
    standing = standing.filter(({ index }) => round.samples.has(index));
  }
  return samples.map(({ index }) => found.get(index) as Proposal);
}

/** Slots that may stay empty for the sake of a batch size that is compiled already, as a share of the rows. */
const IDLE = 1 / 20;
/** Batches from this size on get a smaller one for their last rows. */
const SPLIT = 12;

/**
 * Two falling batch sizes, the second for the last few rows. The first is evened out: 70 rows are five runs of 14, where runs of 16
 * would leave ten slots of the fifth empty.
 */
export function batchSizes(
  { target, batch }: { readonly target: Pick<Target, 'batches'>; readonly batch: number },
  rows: number,
): number[] {
  const even = Math.ceil(rows / Math.ceil(rows / batch));
  const idle = (size: number): number => Math.ceil(rows / size) * size - rows;
  const known = target.batches().find((size) => size >= even && size <= batch && idle(size) <= IDLE * rows);
  const size = known ?? even;
  return size < SPLIT ? [size] : [size, Math.floor(size / 4)];
}

interface Round {
  readonly context: AttackContext<unknown, NumericMetric>;
  readonly iteration: Iteration;
  readonly sizes: readonly number[];
  readonly fooled: Fooled;
  readonly found: Map<number, Proposal>;
  /** How each example's last row ended. */
  readonly ends: Map<number, Finished>;
  /** Restarts left, this one included, and in all. */
  readonly left: number;
  readonly of: number;
  /** Those that stand, by index. */
  readonly samples: Map<number, AttackSample>;
}

/** Runs rows and has their ends judged, a batch at a time; returns the rows to go on with. */
async function play(round: Round, rows: readonly Row[]): Promise<Row[]> {
  const { context, iteration, sizes } = round;
  const { target, signal, onStep } = context;
  const mistaken: Row[] = [];
  let ended: Finished[] = [];
  const settle = async (): Promise<void> => {
    const judged = ended;
    ended = [];
    mistaken.push(...(await settled(round, judged)));
  };
  const onFinished = async (finished: Finished): Promise<void> => {
    ended.push(finished);
    if (ended.length >= context.batch) await settle();
  };
  const compile = (batch: number): Promise<CompiledStep> => target.compile(iteration.id, batch, iteration.define);
  await schedule({ sizes, compile, shape: target.preprocessing.shape, signal, onStep, onFinished }, rows);
  await settle();
  return mistaken;
}

/** Records what was found. Broken examples leave the round. */
async function settled({ context, iteration, fooled, found, ends, left, of, samples }: Round, ended: readonly Finished[]): Promise<Row[]> {
  // After the last restart it no longer matters here whether a row that went its whole way has broken its example.
  const asked = ended.filter(({ success }) => success || left > 1);
  const answers = await context.target.judge.decide(asked.map(({ x }) => x));
  const decisions = new Map(asked.map((one, i) => [one, answers[i] as Decision]));
  const mistaken: Row[] = [];
  for (const one of ended) {
    const { row, x, steps: taken, cost, slope, success } = one;
    const { index } = row;
    const [before, decision] = [found.get(index), decisions.get(one)];
    const spent = before ?? iteration.before ?? { queries: 0, gradients: 0 };
    ends.set(index, one);
    found.set(index, {
      index,
      candidate: x,
      queries: spent.queries + taken * cost.queries,
      gradients: spent.gradients + taken * cost.gradients,
      ...(before?.slope === undefined ? (slope === undefined ? {} : { slope: health(slope) }) : { slope: before.slope }),
    });
    const broken = decision !== undefined && decided(decision) && fooled(samples.get(index) as AttackSample, decision.label, one);
    if (broken) samples.delete(index);
    else if (success) {
      mistaken.push({
        index,
        steps: row.steps - taken + 1,
        fields: { ...row.fields, ...iteration.resumed, x, [NOISE_RUN]: taken },
        blind: true,
      });
      continue;
    }
    context.onProgress?.(broken ? left / of : 1 / of);
    if (broken || left === 1) context.onProposal?.(found.get(index) as Proposal);
  }
  return mistaken;
}

function health(slope: number): 'ok' | 'zero' | 'not-finite' {
  if (!Number.isFinite(slope)) return 'not-finite';
  return slope === 0 ? 'zero' : 'ok';
}

/**
 * Batch sizes that keep activations in cache on common networks. Measured: MobileNetV2 at 224 pixels costs the same per image for 1, 2
 * and 4 rows, and single rows leave no slot idle when only a few images are attacked.
 */
export function defaultBatch({ size, draws }: Pick<Target, 'size' | 'draws'>): number {
  const rows = size <= 1024 ? 32 : size <= 20_000 ? 16 : size <= 100_000 ? 4 : 1;
  // Each row takes the place of all its draws.
  return Math.max(1, Math.floor(rows / draws));
}
