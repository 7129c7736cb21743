/**
 * Lowerings of integer products. An integer sum is a float32 sum of the same numbers; what rescales it is computed in the order in which ONNX
 * Runtime computes it, so that roundings agree.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import type { LowerContext, Lowering } from './context.ts';
import { asFloats, asIntegers } from './integers.ts';
import { product } from './linear.ts';
import { quantised } from './quantise.ts';

/** Input `index` less its zero point (scalar, or shaped by `shaped` where it is a vector), as floats. */
export function centred(
  { g, inputs, input }: LowerContext,
  [index, zero]: readonly [number, number],
  shaped = (value: Value): Value => value,
): Value {
  const x = asFloats(g, input(index));
  const point = inputs[zero];
  return point ? g.sub(x, shaped(asFloats(g, single(g, point)))) : x;
}

/** A vector of one element is a scalar. */
export const single = (g: GraphBuilder, value: Value): Value =>
  value.shape.length === 1 && value.shape[0] === 1 ? g.reshape(value, []) : value;

/** One for each row of the left operand: [M] stands beside [M, K]. */
const byRow =
  (g: GraphBuilder) =>
  (value: Value): Value =>
    value.shape.length === 1 ? g.reshape(value, [value.shape[0] as number, 1]) : value;

/** One for each output channel of a convolution's weights [M, C, …]. */
const byFilter =
  (g: GraphBuilder, weights: Value) =>
  (value: Value): Value =>
    value.shape.length === 1 ? g.reshape(value, [value.shape[0] as number, ...weights.shape.slice(1).map(() => 1)]) : value;

export const matMulInteger: Lowering = (context) => {
  const { g } = context;
  return [asIntegers(g, product(g, centred(context, [0, 2], byRow(g)), centred(context, [1, 3])), 'int32')];
};

export const convInteger: Lowering = (context) => {
  const { g, node, input } = context;
  const weights = centred(context, [1, 3], byFilter(g, input(1)));
  return [asIntegers(g, g.node('Conv', [centred(context, [0, 2]), weights], node.attributes), 'int32')];
};

/** The sums of an integer product as the result's integers: round(sums·(a's scale·b's scale / y's scale)) + y's zero point. */
function rescaled({ g, input }: LowerContext, sums: Value, scales: { factor: Value; y: number }): Value {
  const zero = input(scales.y + 1);
  // The sums are whole already; the runtime's optimiser would fold the factor into a convolution's weights, and round each product.
  const whole = g.node('Round', [sums]);
  return quantised(g, g.mul(whole, scales.factor), asFloats(g, single(g, zero)), zero.type);
}

/** QLinearMatMul(a, scale, zero, b, scale, zero, scale, zero) */
export const qLinearMatMul: Lowering = (context) => {
  const { g, input } = context;
  const sums = product(g, centred(context, [0, 2], byRow(g)), centred(context, [3, 5]));
  const factor = g.div(g.mul(byRow(g)(single(g, input(1))), single(g, input(4))), single(g, input(6)));
  return [rescaled(context, sums, { factor, y: 6 })];
};

/** QLinearConv(x, scale, zero, w, scale, zero, scale, zero, bias as int32) */
export const qLinearConv: Lowering = (context) => {
  const { g, node, input, inputs } = context;
  const x = centred(context, [0, 2]);
  const weights = centred(context, [3, 5], byFilter(g, input(3)));
  const bias = inputs[8] && asFloats(g, inputs[8]);
  const sums = g.node('Conv', bias ? [x, weights, bias] : [x, weights], node.attributes);
  const perChannel = single(g, input(4));
  const scale =
    perChannel.shape.length === 1
      ? g.reshape(perChannel, [perChannel.shape[0] as number, ...sums.shape.slice(2).map(() => 1)])
      : perChannel;
  return [rescaled(context, sums, { factor: g.div(g.mul(single(g, input(1)), scale), single(g, input(6))), y: 6 })];
};
