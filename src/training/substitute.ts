/** A substitute for a model that gives labels only: a small network that learns them, on rows that it makes itself (Papernot et al., arXiv:1602.02697, algorithm 1). */
import type { Preprocessing } from '../model/preprocessing.ts';
import { createSurrogate } from '../model/surrogate.ts';
import type { GradientBuilder, Target } from '../model/target.ts';
import type { Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { oneHot } from '../task/classification.ts';
import { clipTo, perRow } from '../threat/ball.ts';
import type { FitData } from './fit.ts';
import * as training from './fit.ts';
import { freshNet, kindOf, type NetPlan, netGraph, type Weights } from './small-net.ts';
import { standardOf } from './train-small.ts';

export interface SubstituteTraining {
  /** Rows that the attacker begins with. */
  readonly holdout: readonly Float32Array[];
  /** The model's label for each row: a question each. */
  readonly ask: (rows: readonly Float32Array[]) => Promise<readonly number[]>;
  /** Form of the rows. */
  readonly rows: Preprocessing;
  readonly classes: number;
  /** Trainings; before each but the first the rows double. */
  readonly rounds: number;
  /** Passes over the rows in each training. */
  readonly epochs: number;
  /** How far a new row is from the one that it is made of, in Linf and input units. */
  readonly lambda: number;
  readonly seed: number;
  /** Called after each training. */
  readonly onRound?: ((substitute: Substitute) => Promise<void>) | undefined;
}

export interface Substitute {
  /** Form of the model's rows. */
  readonly rows: Preprocessing;
  readonly plan: NetPlan;
  readonly weights: Weights;
  /** Questions asked so far. */
  readonly asked: number;
}

const BATCH = 50;
const RATE = 1e-3;
/** Numbers of a small picture. */
const SMALL = 4096;
/** The reference goes down the scores of a row's class first, and up in the later rounds. */
const DOWN = 3;

/** Trains, doubles the rows by steps along the sign of their own class's gradient, asks for the labels of the new ones, and trains on. */
export async function trainSubstitute(order: SubstituteTraining, runtime: Runtime): Promise<Substitute> {
  const { holdout, ask, rows: form, classes, rounds, epochs, lambda, seed } = order;
  let rows = [...holdout];
  const labels = [...(await ask(rows))];
  const batch = Math.max(1, Math.min(BATCH, Math.floor(rows.length / 4)));
  const standard = kindOf(form) === 'dense' ? await standardOf(dataOf(rows, labels, form), runtime) : {};
  // Small pictures get dense layers, too, as the reference's have: what fools these carried over further than what fools convolutions.
  const asNumbers = form.modality === 'image' && sizeOf(form.shape) <= SMALL ? { ...form, modality: 'tensor' as const } : form;
  const plan: NetPlan = { rows: asNumbers, classes, ...standard };
  const { weights: fresh } = freshNet(plan, batch, seed);
  let made: Substitute = { rows: form, plan, weights: fresh, asked: rows.length };
  for (let round = 0; round < rounds; round++) {
    if (round > 0) {
      const more = await augmented(made, rows, labels, { runtime, step: round - 1 < DOWN ? -lambda : lambda });
      labels.push(...(await ask(more)));
      rows = [...rows, ...more];
    }
    const weights = await training.fit(netGraph(plan, batch, made.weights), dataOf(rows, labels, form), runtime, {
      epochs,
      batch,
      seed: seed + round,
      averaging: 0,
      decay: 0,
      trained: [...fresh.keys()],
      rate: () => RATE,
      onEpoch: async () => {},
    });
    made = { rows: form, plan, weights, asked: rows.length };
    await order.onRound?.(made);
  }
  return made;
}

/** The substitute as a target, in the model's own rows and classes. */
export function substituteTarget({ rows, plan, weights }: Substitute, runtime: Runtime): Target {
  const member = {
    graph: async (batch: number) => netGraph(plan, batch, weights),
    inputs: (_: unknown, x: Value) => new Map([['x', x]]),
  };
  return createSurrogate([member], runtime, { rows, classes: plan.classes, threads: 1 });
}

function dataOf(rows: readonly Float32Array[], labels: readonly number[], { shape }: Preprocessing): FitData {
  const size = sizeOf(shape);
  const images = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) images.set(row, i * size);
  return { images, labels: Int32Array.from(labels), shape };
}

/** x + λ·sign(∂z_y/∂x) for each row, y being the model's label (equation 5). */
async function augmented(
  substitute: Substitute,
  rows: readonly Float32Array[],
  labels: readonly number[],
  { runtime, step }: { runtime: Runtime; step: number },
): Promise<Float32Array[]> {
  const target = substituteTarget(substitute, runtime);
  const { shape } = substitute.rows;
  const size = sizeOf(shape);
  const walk = await target.compile('augment', BATCH, augmentStep);
  const made: Float32Array[] = [];
  for (let at = 0; at < rows.length; at += BATCH) {
    const part = rows.slice(at, at + BATCH);
    const data = new Float32Array(BATCH * size);
    for (const [i, row] of part.entries()) data.set(row, i * size);
    const own = BigInt64Array.from({ length: BATCH }, (_, i) => BigInt(labels[at + i] ?? 0));
    const { x } = await walk.run({
      x: { type: 'float32', shape: [BATCH, ...shape], data },
      label: { type: 'int64', shape: [BATCH], data: own },
      step: { type: 'float32', shape: [BATCH], data: new Float32Array(BATCH).fill(step) },
    });
    const all = x?.data as Float32Array;
    for (let i = 0; i < part.length; i++) made.push(all.slice(i * size, (i + 1) * size));
  }
  await target.release();
  return made;
}

function augmentStep(b: GradientBuilder): Record<string, Value> {
  const { g } = b;
  const [x, label] = [b.row('x', 'input'), b.row('label', 'label')];
  const logits = b.logits(x);
  const slope = b.grad(g.sum(g.mul(logits, oneHot(g, label, logits)), [1]), x);
  return { x: clipTo(g, g.add(x, g.mul(perRow(g, b.row('step', 'scalar'), x), g.sign(slope))), b.range) };
}
