/** Lowerings of reductions, arg-max and top-k: axes become constant inputs, rare reductions are written with Sum and Max. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, intOf, intsOf, type Value } from '../../onnx/graph.ts';
import { axisOf } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';

interface Over {
  readonly g: GraphBuilder;
  readonly x: Value;
  readonly axes: readonly number[];
  readonly keep: boolean;
}

/** Over no axes at all, nothing is reduced. */
const reduce = (op: string, { g, x, axes, keep }: Over): Value =>
  axes.length === 0 ? x : g.node(op, [x, g.ints(axes)], { keepdims: int(keep ? 1 : 0) });

const over =
  (write: (over: Over) => Value): Lowering =>
  async (context: LowerContext) => {
    const { g, node, input, numbers } = context;
    const x = input(0);
    const rank = x.shape.length;
    const listed = (await numbers(1)) ?? intsOf(node, 'axes', []);
    const none = intOf(node, 'noop_with_empty_axes', 0) === 1 ? [] : [...Array(rank).keys()];
    const axes = listed.length === 0 ? none : listed.map((axis) => axisOf(node, axis, rank));
    return [write({ g, x, axes, keep: intOf(node, 'keepdims', 1) === 1 })];
  };

export const reduceSum = over((o) => reduce('ReduceSum', o));
export const reduceMean = over((o) => reduce('ReduceMean', o));
/** Booleans (opset 20) as bytes. */
const extreme = (op: 'ReduceMax' | 'ReduceMin'): Lowering =>
  over((o) => (o.x.type === 'bool' ? o.g.cast(reduce(op, { ...o, x: o.g.cast(o.x, 'uint8') }), 'bool') : reduce(op, o)));
export const reduceMax = extreme('ReduceMax');
export const reduceMin = extreme('ReduceMin');
export const reduceL1 = over((o) => reduce('ReduceSum', { ...o, x: o.g.abs(o.x) }));
export const reduceSumSquare = over((o) => reduce('ReduceSum', { ...o, x: o.g.mul(o.x, o.x) }));
export const reduceL2 = over((o) => o.g.sqrt(reduce('ReduceSum', { ...o, x: o.g.mul(o.x, o.x) })));
export const reduceLogSum = over((o) => o.g.node('Log', [reduce('ReduceSum', o)]));

/** Takes the place of −∞, from which nothing can be subtracted. */
const LOWEST = -3.4028234663852886e38;

/** m + log Σ e^(x − m) with m the maximum, so that nothing overflows. */
export const reduceLogSumExp = over((o) => {
  const { g, x } = o;
  const top = g.max(reduce('ReduceMax', { ...o, keep: true }), g.scalar(LOWEST, x));
  const log = g.node('Log', [reduce('ReduceSum', { ...o, x: g.exp(g.sub(x, top)) })]);
  return g.add(log, g.reshape(top, log.shape));
});

/** The product over the axes, by halves: its gradient is then exact where factors are 0. */
export const reduceProd = over(({ g, x, axes, keep }) => {
  const rest = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const kept = rest.map((axis) => x.shape[axis] as number);
  const count = axes.reduce((product, axis) => product * (x.shape[axis] as number), 1);
  const shape = keep ? x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : kept;
  if (count === 0) return g.expand(g.scalar(1, x), shape);
  let value = g.reshape(g.transpose(x, [...rest, ...axes]), [...kept, count]);
  for (let left = count; left > 1; left = Math.ceil(left / 2)) {
    const half = Math.floor(left / 2);
    const product = g.mul(g.slice(value, rest.length, 0, half), g.slice(value, rest.length, half, 2 * half));
    value = left % 2 === 0 ? product : g.concat([product, g.slice(value, rest.length, left - 1, left)], rest.length);
  }
  return g.reshape(value, shape);
});

export const argMax: Lowering = ({ g, node, input }) => [g.node('ArgMax', [input(0)], node.attributes)];

/** ArgMin is ArgMax of the negative. */
export const argMin: Lowering = ({ g, node, input }) => [g.node('ArgMax', [g.neg(input(0))], node.attributes)];

export const topK: Lowering = async ({ g, node, input, numbers }) => {
  const k = (await numbers(1))?.[0] ?? intOf(node, 'k', 1);
  const { axis, largest, sorted } = node.attributes;
  const attributes = { ...(axis && { axis }), ...(largest && { largest }), ...(sorted && { sorted }) };
  return g.nodes1('TopK', [input(0), g.ints([k])], attributes, 2);
};

/** Softmax: before opset 13 it ran over all axes from `axis` on, flattened. */
export const softmax: Lowering = ({ g, node, opset, input }) => {
  const x = input(0);
  const rank = x.shape.length;
  const axis = axisOf(node, intOf(node, 'axis', opset >= 13 ? -1 : 1), rank);
  if (opset >= 13 || axis === rank - 1) return [g.node(node.op, [x], { axis: int(axis - rank) })];
  const flat = g.reshape(x, [...x.shape.slice(0, axis), x.shape.slice(axis).reduce((a, b) => a * b, 1)]);
  return [g.reshape(g.node(node.op, [flat], { axis: int(-1) }), x.shape)];
};
