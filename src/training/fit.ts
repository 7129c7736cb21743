/** Trains a classifier whose graph has static shapes: naturally, or on adversarial examples (Madry et al., arXiv:1706.06083, equation 2.1). */
import type { GraphBuilder } from '../onnx/build.ts';
import type { StaticGraph, Value } from '../onnx/graph.ts';
import { sizeOf, type Tensor, view } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { keyedRng } from '../rng/rng.ts';
import type { HostTensor, Runtime, Session } from '../runtime/runtime.ts';
import { crossEntropy, oneHot } from '../task/classification.ts';
import { project } from '../threat/ball.ts';
import { gradient } from '../transform/gradient.ts';
import { type AdamState, adamInputs, adamStep } from '../transform/train.ts';

export interface FitData {
  /** [n, …] in [0, 1]. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  /** Shape of one image. */
  readonly shape: readonly number[];
}

export interface FitOptions {
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  /** Learning rate at a point of the training, 0 ≤ progress < 1. */
  readonly rate: (progress: number) => number;
  readonly decay: number;
  /** The inner maximiser: PGD in the Linf ball, with a uniform random start; none for natural training. */
  readonly adversary?: {
    readonly steps: number;
    readonly epsilon: (progress: number) => number;
    readonly stepSize: (epsilon: number) => number;
    /** What the values can be: [0, 1] when absent. */
    readonly range?: readonly [low: number, high: number];
  };
  /** Names of the constants to train: all that `trainable` finds when absent. */
  readonly trained?: readonly string[];
  /** Share of the averaged weights that each update keeps (0 turns averaging off). */
  readonly averaging: number;
  readonly onEpoch: (epoch: number, loss: number, weights: ReadonlyMap<string, Tensor>) => Promise<void>;
}

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  w: Float32Array;
  m: Float32Array;
  v: Float32Array;
  average: Float32Array;
}

/** Names of the float constants that a fit trains: everything with more than one element. */
export function trainable(model: StaticGraph): string[] {
  return [...model.constants].filter(([, { type, data }]) => type === 'float32' && data.byteLength > 4).map(([name]) => name);
}

/** Runs the epochs and returns the (averaged) weights by name. */
export async function fit(model: StaticGraph, data: FitData, runtime: Runtime, options: FitOptions): Promise<ReadonlyMap<string, Tensor>> {
  const weights = (options.trained ?? trainable(model)).map((name): Weight => {
    const { shape, data: bytes, type } = model.constants.get(name) as Tensor;
    const w = Float32Array.from(view({ type, shape, data: bytes }) as Float32Array);
    return { name, shape, w, m: new Float32Array(w.length), v: new Float32Array(w.length), average: w.slice() };
  });
  const step = await runtime.load(updateGraph(model, weights, options.batch));
  const attack = options.adversary && (await runtime.load(adversaryGraph(model, weights, options.adversary)));
  const perEpoch = Math.floor(data.labels.length / options.batch);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const order = keyedRng(options.seed, 'fit', 'order', epoch).shuffle(Array.from(data.labels.keys()));
    let loss = 0;
    for (let i = 0; i < perEpoch; i++) {
      const done = epoch * perEpoch + i;
      const progress = done / (options.epochs * perEpoch);
      const batch = gathered(data, order.slice(i * options.batch, (i + 1) * options.batch));
      const x = attack ? await attacked(attack, batch, weights, { options, progress, done }) : batch.x;
      loss += await updated(step, { x, labels: batch.labels }, weights, {
        rate: options.rate(progress),
        done,
        decay: options.decay,
        averaging: options.averaging,
      });
    }
    await options.onEpoch(epoch, loss / perEpoch, tensors(weights));
  }
  await Promise.all([step.release(), attack?.release()]);
  return tensors(weights);
}

function tensors(weights: readonly Weight[]): ReadonlyMap<string, Tensor> {
  return new Map(
    weights.map(({ name, shape, average }) => [name, { type: 'float32', shape, data: new Uint8Array(average.slice().buffer) }]),
  );
}

function logits(g: GraphBuilder, model: StaticGraph, x: Value, weights: ReadonlyMap<string, Value>): Value {
  const input = model.inputs[0]?.name ?? '';
  return g.inline(model, new Map([...weights, [input, x]])).get(model.outputs[0]?.name ?? '') as Value;
}

function updateGraph(model: StaticGraph, weights: readonly Weight[], batch: number): StaticGraph {
  const g = newGraph();
  const x = g.input('x', 'float32', model.inputs[0]?.shape ?? []);
  const labels = g.input('labels', 'int64', [batch]);
  const [rate, decay, averaging] = ['rate', 'decay', 'averaging'].map((name) => g.input(name, 'float32', [])) as [Value, Value, Value];
  const states = weights.map(({ name, shape }) => adamInputs(g, name, shape));
  const averages = weights.map(({ name, shape }) => g.input(`a:${name}`, 'float32', shape));
  const out = logits(g, model, x, new Map(weights.map(({ name }, i) => [name, (states[i] as AdamState).weight])));
  const loss = g.mul(g.sum(crossEntropy(g, out, labels), [0]), g.scalar(1 / batch));
  const next = adamStep(g, loss, states, rate, decay);
  const outputs: Record<string, Value> = { loss };
  for (const [i, { name }] of weights.entries()) {
    const { weight, first, second } = next[i] as AdamState;
    Object.assign(outputs, { [`W:${name}`]: weight, [`M:${name}`]: first, [`V:${name}`]: second });
    const average = averages[i] as Value;
    outputs[`A:${name}`] = g.add(weight, g.mul(averaging, g.sub(average, weight)));
  }
  return g.finish(outputs, 'train');
}

const UNIT = [0, 1] as const;

/** All steps of the inner PGD in one graph, so that the weights cross into the runtime once per batch. */
function adversaryGraph(
  model: StaticGraph,
  weights: readonly Weight[],
  { steps, range = UNIT }: NonNullable<FitOptions['adversary']>,
): StaticGraph {
  const g = newGraph();
  const shape = model.inputs[0]?.shape ?? [];
  const batch = shape[0] as number;
  const x0 = g.input('x0', 'float32', shape);
  const start = g.input('start', 'float32', shape);
  const labels = g.input('labels', 'int64', [batch]);
  const [epsilon, stepSize] = ['epsilon', 'stepSize'].map((name) => g.input(name, 'float32', [])) as [Value, Value];
  const values = new Map(weights.map((w) => [w.name, g.input(`w:${w.name}`, 'float32', w.shape)]));
  const radius = g.expand(epsilon, [batch]);
  let x = start;
  for (let i = 0; i < steps; i++) {
    const out = logits(g, model, x, values);
    // d cross-entropy / d logits, written down: softmax − one-hot (the labels do not change over the steps).
    const cotangent = g.sub(g.node('Softmax', [out], { axis: { kind: 'int', value: -1 } }), oneHot(g, labels, out));
    const slope = gradient(g, [{ value: out, cotangent }], [x])[0] as Value;
    x = project(g, 'linf', g.add(x, g.mul(stepSize, g.sign(slope))), x0, radius, range);
  }
  return g.finish({ x }, 'adversary');
}

interface Batch {
  readonly x: HostTensor;
  readonly labels: HostTensor;
}

function gathered({ images, labels, shape }: FitData, indices: readonly number[]): Batch {
  const size = sizeOf(shape);
  const x = new Float32Array(indices.length * size);
  for (const [row, index] of indices.entries()) x.set(images.subarray(index * size, (index + 1) * size), row * size);
  return {
    x: { type: 'float32', shape: [indices.length, ...shape], data: x },
    labels: { type: 'int64', shape: [indices.length], data: BigInt64Array.from(indices, (index) => BigInt(labels[index] as number)) },
  };
}

const scalar = (value: number): HostTensor => ({ type: 'float32', shape: [], data: Float32Array.of(value) });

async function attacked(
  session: Session,
  batch: Batch,
  weights: readonly Weight[],
  at: { options: FitOptions; progress: number; done: number },
): Promise<HostTensor> {
  const { adversary, seed } = at.options;
  const epsilon = adversary?.epsilon(at.progress) ?? 0;
  const [low, high] = adversary?.range ?? UNIT;
  const clean = batch.x.data as Float32Array;
  const start = new Float32Array(clean.length);
  keyedRng(seed, 'fit', 'start', at.done).fillUniform(start, -epsilon, epsilon);
  for (let i = 0; i < start.length; i++) start[i] = Math.min(high, Math.max(low, (clean[i] as number) + (start[i] as number)));
  const feeds: Record<string, HostTensor> = {
    x0: batch.x,
    start: { ...batch.x, data: start },
    labels: batch.labels,
    epsilon: scalar(epsilon),
    stepSize: scalar(adversary?.stepSize(epsilon) ?? 0),
  };
  for (const { name, shape, w } of weights) feeds[`w:${name}`] = { type: 'float32', shape, data: w };
  return (await session.run(feeds)).x as HostTensor;
}

async function updated(
  session: Session,
  batch: Batch,
  weights: readonly Weight[],
  at: { rate: number; done: number; decay: number; averaging: number },
): Promise<number> {
  const t = at.done + 1;
  const corrected = (at.rate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
  const feeds: Record<string, HostTensor> = {
    x: batch.x,
    labels: batch.labels,
    rate: scalar(corrected),
    decay: scalar(at.rate * at.decay),
  };
  feeds.averaging = scalar(Math.min(at.averaging, t / (t + 10)));
  for (const { name, shape, w, m, v, average } of weights) {
    for (const [prefix, data] of Object.entries({ w, m, v, a: average })) feeds[`${prefix}:${name}`] = { type: 'float32', shape, data };
  }
  const made = await session.run(feeds);
  for (const weight of weights) {
    weight.w = made[`W:${weight.name}`]?.data as Float32Array;
    weight.m = made[`M:${weight.name}`]?.data as Float32Array;
    weight.v = made[`V:${weight.name}`]?.data as Float32Array;
    weight.average = made[`A:${weight.name}`]?.data as Float32Array;
  }
  return (made.loss as HostTensor).data[0] as number;
}
