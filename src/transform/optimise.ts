/** Peephole rewrites of generated graphs, by the prices of ONNX Runtime's CPU kernels (docs/architecture.md lists them). */
import type { GraphBuilder } from '../onnx/build.ts';
import { floatOf, intsOf, type Node, type StaticGraph, type Value } from '../onnx/graph.ts';
import { numbers } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { live } from './fold-constants.ts';
import { blockedIn, canEnter, entered } from './layout.ts';
import { stridedShortcut } from './strided-shortcut.ts';

/** A place in the graph that is being rebuilt. */
interface Spot {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly inputs: readonly (Value | undefined)[];
  /** How many nodes of the old graph read the value behind input `index`. */
  readers(index: number): number;
  /** The operators of the old graph that read this node's output. */
  readonly readBy: readonly string[];
  /** Is this value in the runtime's blocked layout? */
  blocked(value: Value): boolean;
}

/** The replacement of a node's only output, or undefined to leave it as it is. */
type Rewrite = (spot: Spot) => Value | undefined;

const REWRITES: Readonly<Record<string, readonly Rewrite[]>> = {
  Identity: [({ inputs }) => inputs[0]],
  Add: [joinBlocked],
  Mul: [timesOne, maskAfterPool, joinBlocked],
  Neg: [doubleNegation],
  Pad: [({ g, inputs }) => stridedShortcut(g, inputs)],
  Reshape: [reshapeOfReshape],
  Sub: [minusNegative],
};

/** The same computation, cheaper; equal to the bit except where a rewrite says otherwise. */
export function optimise(graph: StaticGraph): StaticGraph {
  const g = newGraph();
  const values = new Map<string, Value>();
  const readers = new Map<string, string[]>();
  for (const { inputs, op } of graph.nodes) for (const name of inputs) readers.set(name, [...(readers.get(name) ?? []), op]);
  const blocked = blockedIn(g);
  for (const { name, type, shape } of graph.inputs) values.set(name, g.input(name, type, shape));
  for (const [name, tensor] of graph.constants) values.set(name, g.constant(tensor, name));
  for (const node of graph.nodes) {
    g.origin = node.origin;
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    const readBy = readers.get(node.outputs[0] as string) ?? [];
    const spot: Spot = { g, node, inputs, readBy, blocked, readers: (index) => readers.get(node.inputs[index] ?? '')?.length ?? 0 };
    const found = (REWRITES[node.op] ?? []).reduce<Value | undefined>((value, rewrite) => value ?? rewrite(spot), undefined);
    const made = found ? [found] : g.nodes1(node.op, inputs, node.attributes, node.outputs.length);
    for (const [i, name] of node.outputs.entries()) values.set(name, made[i] as Value);
  }
  g.origin = undefined;
  return live(g.finish(Object.fromEntries(graph.outputs.map(({ name }) => [name, values.get(name) as Value])), graph.name));
}

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

/** x·1 = x */
function timesOne({ g, inputs }: Spot): Value | undefined {
  const [a, b] = inputs as [Value, Value];
  for (const [x, one] of [
    [a, b],
    [b, a],
  ] as const) {
    const tensor = g.tensor(one);
    if (tensor && tensor.data.byteLength <= 64 && numbers(tensor).every((value) => value === 1) && broadcastsTo(one.shape, x.shape))
      return x;
  }
  return undefined;
}

const broadcastsTo = (from: readonly number[], to: readonly number[]): boolean =>
  from.length <= to.length && from.every((dim, i) => dim === 1 || dim === to[i + to.length - from.length]);

/** −(−x) = x */
function doubleNegation({ g, inputs }: Spot): Value | undefined {
  const inner = g.producer(inputs[0] as Value);
  return inner?.op === 'Neg' ? g.value(inner.inputs[0] as string) : undefined;
}

/** a − (−b) = a + b */
function minusNegative({ g, inputs }: Spot): Value | undefined {
  const inner = g.producer(inputs[1] as Value);
  return inner?.op === 'Neg' ? g.add(inputs[0] as Value, g.value(inner.inputs[0] as string)) : undefined;
}

/** Where one side of a sum or a masked cotangent is in the blocked layout and the other is not, and a convolution follows, both go in. */
function joinBlocked({ g, node, inputs, readBy, blocked }: Spot): Value | undefined {
  const [a, b] = inputs as [Value, Value];
  if (!readBy.includes('Conv') || !same(a.shape, b.shape) || blocked(a) === blocked(b)) return undefined;
  const outside = blocked(a) ? b : a;
  if (g.isFixed(outside) || !canEnter(outside)) return undefined;
  return g.node(node.op, [blocked(a) ? a : entered(g, a), blocked(b) ? b : entered(g, b)]);
}

/** Two reshapes are one. */
function reshapeOfReshape({ g, node, inputs }: Spot): Value | undefined {
  const inner = g.producer(inputs[0] as Value);
  const target = g.tensor(inputs[1] as Value);
  if (inner?.op !== 'Reshape' || !target || node.outputs.length !== 1) return undefined;
  return g.reshape(g.value(inner.inputs[0] as string), numbers(target));
}

/**
 * A rectifier's mask behind a max-pool is applied before the upsampling, on a fraction of the elements:
 * up(ct)·first·[r > 0] = up(ct·[p > 0])·first, where p = MaxPool(r), r = Relu(·) and `first` marks the chosen element of each window:
 * the chosen element is p itself, so both masks agree wherever `first` is not 0.
 */
function maskAfterPool({ g, inputs, readers }: Spot): Value | undefined {
  for (const [pulled, mask] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const rectified = rectifier(g, inputs[mask] as Value);
    const product = g.producer(inputs[pulled] as Value);
    if (!rectified || product?.op !== 'Mul' || readers(pulled) > 1) continue;
    const [up, first] = product.inputs.map((name) => g.value(name)) as [Value, Value];
    const resize = g.producer(up);
    const pool = pooled(g, first, rectified);
    if (resize?.op !== 'Resize' || !pool || !same(g.value(resize.inputs[0] as string).shape, pool.shape)) continue;
    const masked = g.mul(g.value(resize.inputs[0] as string), g.positive(pool));
    return g.mul(g.node('Resize', [masked, undefined, g.value(resize.inputs[2] as string)], resize.attributes), first);
  }
  return undefined;
}

/** The rectified value r behind a mask [r > 0] of `positive`, if r was made by a Relu. */
function rectifier(g: GraphBuilder, mask: Value): Value | undefined {
  const step = g.producer(mask);
  if (step?.op !== 'HardSigmoid' || floatOf(step, 'alpha', 0.2) < 1e29 || floatOf(step, 'beta', 0.5) !== 0) return undefined;
  const value = g.value(step.inputs[0] as string);
  return g.producer(value)?.op === 'Relu' ? value : undefined;
}

/** The max-pool of `source` by whose windows the 0/1 value `first` was chosen, if that is what it is. */
function pooled(g: GraphBuilder, first: Value, source: Value): Value | undefined {
  const made = (value: Value | undefined, op: string): Value[] | undefined => {
    const node = value && g.producer(value);
    return node?.op === op ? node.inputs.map((name) => g.value(name)) : undefined;
  };
  // first = Cast(Equal(weight, up)), weight = Mul(Cast(Equal(source, up(pool))), ramp)
  const weight = made(made(first, 'Cast')?.[0], 'Equal')?.[0];
  const [x, up] = made(made(made(weight, 'Mul')?.[0], 'Cast')?.[0], 'Equal') ?? [];
  const resize = up && g.producer(up);
  if (x?.name !== source.name || resize?.op !== 'Resize') return undefined;
  const pool = g.value(resize.inputs[0] as string);
  const node = g.producer(pool);
  const tiles = node && same(intsOf(node, 'kernel_shape', []), intsOf(node, 'strides', []));
  return node?.op === 'MaxPool' && node.inputs[0] === source.name && tiles ? pool : undefined;
}
