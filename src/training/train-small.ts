/** Trains a small network on rows with labels within a budget of multiplications, a little adversarially: such surrogates carry over better (Springer et al., arXiv:2106.02105). */
import type { StaticGraph, ValueType } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import type { HostTensor, Runtime } from '../runtime/runtime.ts';
import type { FitData } from './fit.ts';
import * as training from './fit.ts';
import { freshNet, kindOf, type NetPlan, type Weights } from './small-net.ts';

export interface SmallTraining {
  readonly data: FitData;
  readonly plan: Omit<NetPlan, 'centre' | 'spread'>;
  readonly seed: number;
  /** Multiply-adds, gradients included. */
  readonly budget: number;
  /** The inner maximiser's ball in Linf; natural training when absent. */
  readonly adversary?: { readonly epsilon: number; readonly range: readonly [low: number, high: number] } | undefined;
}

export interface SmallNet {
  readonly plan: NetPlan;
  readonly weights: Weights;
  readonly epochs: number;
  /** Mean over the last epoch. */
  readonly loss: number;
}

const BATCH = 50;
const RATE = 3e-3;
const DECAY = 1e-4;
const AVERAGING = 0.99;
const MOST_EPOCHS = 40;
/** Fewer would leave the network where it began: examples are left out instead (`affordable`). */
const LEAST_EPOCHS = 4;
/** Steps of the inner maximiser, and how far they may go together, in parts of its epsilon. */
const INNER = 2;
const REACH = 1.25;
/** Share of the training over which its epsilon grows. */
const RAMP = 0.25;

/** How many examples fit into the budget. */
export function affordable(plan: SmallTraining['plan'], budget: number, adversarial: boolean): number {
  return Math.floor(budget / (LEAST_EPOCHS * workOf(plan, adversarial)));
}

export async function trainSmallNet({ data, plan: known, seed, budget, adversary }: SmallTraining, runtime: Runtime): Promise<SmallNet> {
  const n = data.labels.length;
  const batch = Math.max(1, Math.min(BATCH, Math.floor(n / 4)));
  const plan: NetPlan = { ...known, ...(kindOf(known.rows) === 'dense' && (await standardOf(data, runtime))) };
  const { graph, weights: fresh } = freshNet(plan, batch, seed);
  const affordableEpochs = Math.floor(budget / (n * workOf(plan, adversary !== undefined)));
  const epochs = Math.max(LEAST_EPOCHS, Math.min(MOST_EPOCHS, affordableEpochs));
  let loss = Number.NaN;
  const weights = await training.fit(graph, data, runtime, {
    epochs,
    batch,
    seed,
    averaging: AVERAGING,
    decay: DECAY,
    trained: [...fresh.keys()],
    // Warm up, then fall along half a cosine.
    rate: (t) => RATE * Math.min(1, t * 20 + 0.05) * (0.5 + 0.5 * Math.cos(Math.PI * t)),
    ...(adversary && {
      adversary: {
        steps: INNER,
        range: adversary.range,
        epsilon: (t) => adversary.epsilon * Math.min(1, t / RAMP),
        stepSize: (epsilon) => (REACH * epsilon) / INNER,
      },
    }),
    onEpoch: async (_, mean) => {
      loss = mean;
    },
  });
  return { plan, weights, epochs, loss };
}

/** What a graph costs beside its multiplications, for one row: small networks are not free. */
const LEAST_WORK = 500_000;

/** Multiply-adds of one example in one epoch; a gradient costs as much as two passes. */
function workOf(plan: NetPlan, adversarial: boolean): number {
  const one = multiplications(freshNet(plan, 1, 0).graph);
  return Math.max(LEAST_WORK, 3 * one * (adversarial ? 1 + INNER : 1));
}

function multiplications({ nodes, types, constants }: StaticGraph): number {
  const typeOf = (name: string | undefined): ValueType | undefined => types.get(name ?? '') ?? constants.get(name ?? '');
  const cost: Readonly<Record<string, (weight: readonly number[]) => number>> = {
    Conv: ([, ...inner]) => sizeOf(inner),
    Gemm: ([, inner = 1]) => inner,
    MatMul: (weight) => weight.at(-2) ?? 1,
  };
  return nodes.reduce((sum, { op, inputs, outputs }) => {
    const [weight, out] = [typeOf(inputs[1]), typeOf(outputs[0])];
    return sum + (weight && out ? sizeOf(out.shape) * (cost[op]?.(weight.shape) ?? 0) : 0);
  }, 0);
}

/** Mean and deviation of each element, for networks that have no fixed range to count on; elements that never change get a deviation of 1. */
export async function standardOf(
  { images, labels, shape }: FitData,
  runtime: Runtime,
): Promise<Required<Pick<NetPlan, 'centre' | 'spread'>>> {
  const [n, size] = [labels.length, sizeOf(shape)];
  const g = newGraph();
  const x = g.input('x', 'float32', [n, size]);
  const share = g.scalar(1 / n);
  const mean = g.mul(g.sum(x, [0], true), share);
  const off = g.sub(x, mean);
  const spread = g.sqrt(g.mul(g.sum(g.mul(off, off), [0], true), share));
  const session = await runtime.load(g.finish({ mean, spread: g.where(g.greater(spread, g.scalar(1e-6)), spread, g.scalar(1, spread)) }));
  const made = await session.run({ x: { type: 'float32', shape: [n, size], data: images } });
  await session.release();
  const numbers = (tensor: HostTensor | undefined): number[] => Array.from(tensor?.data as Float32Array);
  return { centre: numbers(made.mean), spread: numbers(made.spread) };
}
