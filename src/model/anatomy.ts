/** Where in a model gradients end: the size of each inner value and of the loss's derivative there, and how much of a value rounding operators leave. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Graph, Node, StaticGraph, Value } from '../onnx/graph.ts';
import { isFloat } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { evaluator } from '../runtime/evaluate.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { asClasses, scoresOnly } from '../task/logits.ts';
import { classifier } from '../task/task.ts';
import { foldConstants } from '../transform/fold-constants.ts';
import { gradient } from '../transform/gradient.ts';
import { qualifiedName } from '../transform/lower/qualified-name.ts';
import { isStraightThrough } from '../transform/lower/straight-through.ts';
import { noiseInputs } from '../transform/noise.ts';
import { pruned } from '../transform/prune.ts';
import { specialise } from '../transform/specialise.ts';
import { drawNoise } from './draws.ts';
import { inputShapes, inputValues } from './encoding.ts';
import type { ModelFile } from './model-file.ts';
import type { Preprocessing } from './preprocessing.ts';

/** A node of the file, as people find it in a viewer. */
export interface Place {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A node through which the data flows, as one example saw it. */
export interface Passage extends Place {
  /** Largest absolute value that comes out; null where it is not finite or no float. */
  readonly value: number | null;
  /** Largest absolute derivative of the margin loss at what goes in and at what comes out: 0 where none arrives, null where it is not finite. */
  readonly slopeIn: number | null;
  readonly slopeOut: number | null;
  /** Rounding operators: the share of the input's variance that a straight line does not explain in the output; null elsewhere, and where nothing varies. */
  readonly distortion: number | null;
}

/** Nodes that are looked at: of larger models all rounding operators, and the last others. */
const MOST = 160;

interface Inner {
  readonly node: Node;
  /** Its inputs that depend on the data. */
  readonly from: readonly string[];
}

/** Nodes that the data passes on its way to the logits, in order. */
export function passages(model: Graph): Inner[] {
  const data = new Set(model.inputs.map(({ name }) => name));
  const all = pruned(model).nodes.flatMap((node): Inner[] => {
    if (node.op === 'Shape' || node.op === 'Size') return [];
    const from = node.inputs.filter((name) => data.has(name));
    if (from.length === 0) return [];
    for (const name of node.outputs) if (name !== '') data.add(name);
    return [{ node, from }];
  });
  const rounding = all.filter(({ node }) => isStraightThrough(node)).slice(0, MOST);
  const others = all.filter(({ node }) => !isStraightThrough(node)).slice(-(MOST - rounding.length) || all.length);
  return all.filter((one) => rounding.includes(one) || others.includes(one));
}

/** One example's view of each passage. @throws GibbonError where the model cannot be lowered */
export async function dissect(
  model: ModelFile,
  preprocessing: Preprocessing,
  runtime: Runtime,
): Promise<(row: Float32Array, label: number) => Promise<Passage[]>> {
  const exposed = scoresOnly(model.graph, model.head);
  const inner = passages(exposed);
  const head = exposed.outputs[0]?.name as string;
  const names = [...new Set([head, ...inner.flatMap(({ node, from }) => [...from, node.outputs[0] as string])])];
  const evaluate = evaluator(runtime);
  const outputs = names.map((name) => ({ name, type: 'float32' as const, shape: null }));
  const lowered = await specialise({ ...exposed, outputs }, inputShapes(model, preprocessing, 1), evaluate);
  const noise = noiseInputs(lowered);
  const graph = drawn(lowered, { model, preprocessing, inner, names });
  const session = await runtime.load(await foldConstants(graph, evaluate), { threads: 1 });
  return async (row, label) => {
    const made = await session.run({
      ...drawNoise(noise, { keys: [0], runs: [0] }),
      x: { type: 'float32', shape: [1, ...preprocessing.shape], data: row },
      label: { type: 'int64', shape: [1], data: BigInt64Array.of(BigInt(label)) },
    });
    const numbers = made.numbers?.data as Float32Array;
    return inner.map(({ node }, i): Passage => {
      const [value, slopeIn, slopeOut, distortion] = Array.from(numbers.slice(4 * i, 4 * i + 4), (one) =>
        Number.isFinite(one) ? one : null,
      );
      return {
        op: qualifiedName(node),
        name: node.name,
        inputs: node.inputs,
        outputs: node.outputs,
        value: value ?? null,
        slopeIn: slopeIn ?? null,
        slopeOut: slopeOut ?? null,
        distortion: isStraightThrough(node) ? (distortion ?? null) : null,
      };
    });
  };
}

interface Drawing {
  readonly model: ModelFile;
  readonly preprocessing: Preprocessing;
  readonly inner: readonly Inner[];
  readonly names: readonly string[];
}

/** Four numbers for each passage, in one row. */
function drawn(lowered: StaticGraph, { model, preprocessing, inner, names }: Drawing): StaticGraph {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, ...preprocessing.shape]);
  const label = g.input('label', 'int64', [1]);
  const noise = noiseInputs(lowered).map(({ name, type, shape }): [string, Value] => [name, g.input(name, type, shape)]);
  const values = g.inline(lowered, new Map([...inputValues(g, x, model, preprocessing), ...noise]));
  const original = originals(lowered);
  // The first one is the logits.
  const exposed = lowered.outputs.map(({ name }) => values.get(original(name)) as Value);
  const z = asClasses(g, exposed[0] as Value);
  const loss = classifier(z.shape[1] as number).loss(g, 'margin', z, label);
  const floats = exposed.filter(({ type }) => isFloat(type));
  const slopes = gradient(g, [{ value: loss, cotangent: g.expand(g.scalar(1, loss), loss.shape) }], floats);
  const slopeOf = new Map(floats.map(({ name }, i) => [name, slopes[i]]));
  const exposedAs = new Map(names.map((name, i) => [name, exposed[i] as Value]));
  const slope = (all: readonly string[]): Value => {
    const found = all.flatMap((name) => {
      const own = slopeOf.get((exposedAs.get(name) as Value).name);
      return own ? [largest(g, own)] : [];
    });
    return found.reduce((most, one) => g.max(most, one), g.scalar(0));
  };
  const numbers = inner.flatMap(({ node, from }) => {
    const [into, out] = [exposedAs.get(from[0] as string) as Value, exposedAs.get(node.outputs[0] as string) as Value];
    return [
      isFloat(out.type) ? largest(g, out) : g.scalar(0),
      slope(from),
      slope([node.outputs[0] as string]),
      isStraightThrough(node) && sameSize(into, out) ? distortion(g, into, out) : g.scalar(Number.NaN),
    ];
  });
  return g.finish(
    {
      numbers: g.concat(
        numbers.map((one) => g.reshape(one, [1])),
        0,
      ),
    },
    'anatomy',
  );
}

/** Outputs are copies (Identity) of the values that the loss depends on. */
function originals({ nodes }: StaticGraph): (name: string) => string {
  const copied = new Map(
    nodes.flatMap(({ op, inputs, outputs }): [string, string][] =>
      op === 'Identity' ? [[outputs[0] as string, inputs[0] as string]] : [],
    ),
  );
  const original = (name: string): string => {
    const from = copied.get(name);
    return from === undefined ? name : original(from);
  };
  return original;
}

const sameSize = (a: Value, b: Value): boolean => a.shape.join() === b.shape.join();
const all = (x: Value): number[] => x.shape.map((_, i) => i);
const largest = (g: GraphBuilder, x: Value): Value => g.cast(g.reduceMax(g.abs(x), all(x)), 'float32');

/**
 * 1 − r² (Pearson) of what goes into a rounding operator and what comes out; 1/L² for L even levels. A quantiser may cut off what it does not need (a
 * rectifier fused with it): where the values between the lowest and the highest output keep to a line better than all of them, those count.
 */
function distortion(g: GraphBuilder, a: Value, b: Value): Value {
  const [from, to] = [g.cast(a, 'float32'), g.cast(b, 'float32')];
  const highest = g.reduceMax(to, all(to));
  const lowest = g.neg(g.reduceMax(g.neg(to), all(to)));
  const between = g.and(g.less(to, highest), g.greater(to, lowest));
  const whole = unexplained(g, from, to, g.expand(g.scalar(1), from.shape));
  const inner = unexplained(g, from, to, g.cast(between, 'float32'));
  return g.where(g.less(inner, whole), inner, whole);
}

/** 1 − r² over the elements of weight 1; NaN where one side does not vary. */
function unexplained(g: GraphBuilder, a: Value, b: Value, weight: Value): Value {
  const count = g.sum(weight, all(weight));
  const centred = (value: Value): Value => {
    const mean = g.div(g.sum(g.mul(value, weight), all(value)), count);
    return g.mul(g.sub(value, mean), weight);
  };
  const [p, q] = [centred(a), centred(b)];
  const product = (u: Value, v: Value): Value => g.sum(g.mul(u, v), all(u));
  const covariance = product(p, q);
  return g.sub(g.scalar(1), g.div(g.div(g.mul(covariance, covariance), product(p, p)), product(q, q)));
}
