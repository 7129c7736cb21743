/** The questions that a step's graph asks of the model: each for all draws of its random layers at once, on the same noise for all points of a run. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { StaticGraph, Value } from '../onnx/graph.ts';
import { floats, isFloat, sizeOf } from '../onnx/tensor.ts';
import { asClasses } from '../task/logits.ts';
import { noiseInputs } from '../transform/noise.ts';

export interface Questions {
  /** Scores [B·K, C] of x [B, …], K draws for each row, one row after the other. */
  logits(x: Value): Value;
  /** Points that were asked about. */
  count(): number;
  /** Inputs for random numbers [B·K, count]. */
  readonly noise: readonly Value[];
}

interface Asking {
  readonly draws: number;
  /** Rows as the inputs of the model. */
  readonly steering: { inputs(g: GraphBuilder, x: Value): Map<string, Value> };
}

/** @param graph the model for B·K rows */
export function questions(g: GraphBuilder, graph: StaticGraph, { draws, steering }: Asking): Questions {
  const noise = noiseInputs(graph).map(({ name, type, shape }) => g.input(name, type, shape));
  const known = new Map<string, Value>();
  const asked = (x: Value): Value => {
    const inputs = new Map([...steering.inputs(g, repeated(g, x, draws)), ...noise.map((one): [string, Value] => [one.name, one])]);
    return asClasses(g, g.inline(graph, inputs).get(graph.outputs[0]?.name ?? '') as Value);
  };
  return {
    noise,
    count: () => known.size,
    logits: (x) => {
      const made = known.get(x.name) ?? asked(x);
      known.set(x.name, made);
      return made;
    },
  };
}

/**
 * x [B, …] K times each: [B·K, …]. Of floats a matrix product makes the copies, for its gradient is one, too: the runtime's sums over an axis come out
 * otherwise for one row than for several, its products do not, and no row's result may depend on its neighbours.
 */
export function repeated(g: GraphBuilder, x: Value, draws: number): Value {
  if (draws === 1) return x;
  const [rows, ...rest] = x.shape as [number, ...number[]];
  const one = g.reshape(x, [rows, 1, sizeOf(rest)]);
  const copies = isFloat(x.type)
    ? g.matmul(g.constant(floats(Array<number>(draws).fill(1), [draws, 1], x.type)), one)
    : g.expand(one, [rows, draws, sizeOf(rest)]);
  return g.reshape(copies, [rows * draws, ...rest]);
}

/** The mean of values [B·K, …] over the draws: [B, …]. */
export function overDraws(g: GraphBuilder, values: Value, draws: number): Value {
  if (draws === 1) return values;
  const [rows, ...rest] = values.shape as [number, ...number[]];
  const weights = g.constant(floats(Array<number>(draws).fill(1 / draws), [1, draws], values.type));
  return g.reshape(g.matmul(weights, g.reshape(values, [rows / draws, draws, sizeOf(rest)])), [rows / draws, ...rest]);
}

/** Do more than half of the draws miss? bool [B·K] → [B] */
export function mostMiss(g: GraphBuilder, missed: Value, draws: number): Value {
  if (draws === 1) return missed;
  return g.greater(overDraws(g, g.cast(missed, 'float32'), draws), g.scalar(0.5));
}
