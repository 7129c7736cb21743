/** Lowerings of normalisations whose statistics are the input's own. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, int, intOf, ints, intsOf, type Value } from '../../onnx/graph.ts';
import { axisOf, listOf, shapeError } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';

const mean = (g: GraphBuilder, x: Value, axes: readonly number[]): Value => g.node('ReduceMean', [x, g.ints(axes)], { keepdims: int(1) });

const from = (first: number, x: Value): number[] => x.shape.flatMap((_, i) => (i >= first ? [i] : []));

/** Along channels: a vector [C] shaped to broadcast over [N, C, …]. */
export const perChannel = (g: GraphBuilder, v: Value, rank: number): Value =>
  g.reshape(v, [v.shape[0] as number, ...listOf(rank - 2, () => 1)]);

interface Standardised {
  readonly y: Value;
  readonly mean: Value;
  readonly deviation: Value;
}

/** (x − mean)/√(var + ε) over the given axes, with the mean and √(var + ε). */
export function standardised(g: GraphBuilder, x: Value, axes: readonly number[], epsilon: number): Standardised {
  const centre = mean(g, x, axes);
  const centred = g.sub(x, centre);
  const deviation = g.sqrt(g.add(mean(g, g.mul(centred, centred), axes), g.scalar(epsilon, x)));
  return { y: g.div(centred, deviation), mean: centre, deviation };
}

const epsilonOf = ({ node }: LowerContext): number => floatOf(node, 'epsilon', 1e-5);

export const instanceNormalization: Lowering = (context) => {
  const { g, input } = context;
  const x = input(0);
  const { y } = standardised(g, x, from(2, x), epsilonOf(context));
  return [g.add(g.mul(y, perChannel(g, input(1), x.shape.length)), perChannel(g, input(2), x.shape.length))];
};

/** Layer normalisation over the axes from `axis` on; also mean and 1/deviation. */
export const layerNormalization: Lowering = (context) => {
  const { g, node, input, inputs } = context;
  const x = input(0);
  const axes = from(axisOf(node, intOf(node, 'axis', -1), x.shape.length), x);
  const { y, mean, deviation } = standardised(g, x, axes, epsilonOf(context));
  const scaled = g.mul(y, input(1));
  return [inputs[2] ? g.add(scaled, inputs[2]) : scaled, mean, g.node('Reciprocal', [deviation])];
};

/** x/√(mean x² + ε)·scale, and 1/√(mean x² + ε) (Zhang & Sennrich, arXiv:1910.07467). */
export const rmsNormalization: Lowering = (context) => {
  const { g, node, input } = context;
  const x = input(0);
  const axes = from(axisOf(node, intOf(node, 'axis', -1), x.shape.length), x);
  const root = g.sqrt(g.add(mean(g, g.mul(x, x), axes), g.scalar(epsilonOf(context), x)));
  return [g.mul(g.div(x, root), input(1)), g.node('Reciprocal', [root])];
};

/** Group normalisation (Wu & He, arXiv:1803.08494): scale and bias stand for groups in opset 18, for channels since 21. */
export const groupNormalization: Lowering = (context) => {
  const { g, node, input } = context;
  const [x, scale, bias] = [input(0), input(1), input(2)];
  const groups = intOf(node, 'num_groups', 1);
  const [n, channels, ...space] = x.shape as [number, number, ...number[]];
  if (channels % groups !== 0) shapeError(node, `${channels} channels do not make ${groups} groups`);
  const { y } = standardised(g, g.reshape(x, [n, groups, (channels / groups) * space.reduce((a, b) => a * b, 1)]), [2], epsilonOf(context));
  const along = scale.shape[0] === channels ? [n, channels, ...space] : [n, groups, channels / groups, ...space];
  const shaped = (v: Value): Value => perChannel(g, v, along.length);
  return [g.reshape(g.add(g.mul(g.reshape(y, along), shaped(scale)), shaped(bias)), x.shape)];
};

/** x/‖x‖ₚ along an axis; 0 where the norm is 0. */
export const lpNormalization: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const axis = axisOf(node, intOf(node, 'axis', -1), x.shape.length);
  const p = intOf(node, 'p', 2);
  const sum = g.sum(p === 1 ? g.abs(x) : g.mul(x, x), [axis], true);
  // Divided by 1 where all is 0, so that neither the value nor its gradient is 0/0.
  const safe = g.where(g.equal(sum, g.scalar(0, x)), g.scalar(1, x), sum);
  return [g.div(x, p === 1 ? safe : g.sqrt(safe))];
};

/** ONNX Runtime keeps the division finite by this much. */
const MVN_EPSILON = 1e-9;

export const meanVarianceNormalization: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const axes = intsOf(node, 'axes', [0, 2, 3]).map((axis) => axisOf(node, axis, x.shape.length));
  return [standardised(g, x, axes, MVN_EPSILON).y];
};

/** x/(bias + alpha·mean of x² over `size` neighbouring channels)^beta (Krizhevsky et al. 2012); missing channels count as 0. */
export const lrn: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const [n, channels, ...space] = x.shape as [number, number, ...number[]];
  const size = intOf(node, 'size', 1);
  const before = Math.floor((size - 1) / 2);
  const square = g.reshape(g.mul(x, x), [n, 1, channels, space.reduce((a, b) => a * b, 1)]);
  const window = { kernel_shape: ints([size, 1]), pads: ints([before, 0, size - 1 - before, 0]), count_include_pad: int(1) };
  const near = g.reshape(g.node('AveragePool', [square], window), x.shape);
  const base = g.add(g.mul(near, g.scalar(floatOf(node, 'alpha', 1e-4), x)), g.scalar(floatOf(node, 'bias', 1), x));
  return [g.div(x, g.node('Pow', [base, g.scalar(floatOf(node, 'beta', 0.75), x)]))];
};
