/** Lowerings of element-wise operators: most are core as they are, the others are written with those. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, int, intOf, stringOf, type Value } from '../../onnx/graph.ts';
import { isFloat } from '../../onnx/tensor.ts';
import type { LowerContext, Lowering } from './context.ts';
import { current, lined, perChannelSlope } from './legacy.ts';

/** Operators whose core form has the same inputs and attributes. */
export const AS_IS = [
  'Abs',
  'Add',
  'And',
  'Atan',
  'BitShift',
  'BitwiseAnd',
  'BitwiseNot',
  'BitwiseOr',
  'BitwiseXor',
  'Ceil',
  'Cos',
  'Div',
  'Equal',
  'Erf',
  'Exp',
  'Floor',
  'Greater',
  'GreaterOrEqual',
  'HardSigmoid',
  'Identity',
  'IsInf',
  'IsNaN',
  'LeakyRelu',
  'Less',
  'LessOrEqual',
  'Log',
  'Mul',
  'Neg',
  'Not',
  'Or',
  'Reciprocal',
  'Relu',
  'Round',
  'Sigmoid',
  'Sign',
  'Sin',
  'Softplus',
  'Sqrt',
  'Sub',
  'Tanh',
  'Where',
] as const;

export const asIs: Lowering = (context) => [context.g.node(context.node.op, lined(context), current(context))];

const present = (inputs: LowerContext['inputs']): Value[] => inputs.filter((value) => value !== undefined);

/** Max, Min and Sum of any number of operands, as a chain. */
export const variadic =
  (op: string): Lowering =>
  ({ g, inputs }) => [present(inputs).reduce((a, b) => g.node(op, [a, b]))];

export const mean: Lowering = ({ g, inputs }) => {
  const all = present(inputs);
  const sum = all.reduce((a, b) => g.add(a, b));
  return [g.mul(sum, g.scalar(1 / all.length, sum))];
};

/** Clip: bounds as inputs (opset 11) or attributes (6). */
export const clip: Lowering = async ({ g, node, inputs, opset, input }) => {
  const x = input(0);
  const bound = (index: number, name: string): Value | undefined => {
    if (opset >= 11) return inputs[index] && g.reshape(inputs[index], []);
    return node.attributes[name] ? g.scalar(floatOf(node, name, 0), x) : undefined;
  };
  const [low, high] = [bound(1, 'min'), bound(2, 'max')];
  const free = [low, high].some((value) => value && !g.isFixed(value));
  if (!free) return [low || high ? g.node('Clip', [x, low, high]) : x];
  // Bounds that the data decides have gradients of their own.
  const above = low ? g.max(x, low) : x;
  return [high ? g.min(above, high) : above];
};

/** Pow may mix types; the result has the base's. */
export const pow: Lowering = (context) => {
  const { g } = context;
  const [base, exponent] = lined(context) as [Value, Value];
  if (isFloat(base.type) || !isFloat(exponent.type)) return [g.node('Pow', [base, g.cast(exponent, base.type)])];
  return [g.cast(g.node('Pow', [g.cast(base, exponent.type), exponent]), base.type)];
};

/** Mod: ONNX Runtime knows the remainder with the sign of the divisor for integers only. */
export const mod: Lowering = (context) => {
  const { g, node, input } = context;
  const [a, b] = [input(0), input(1)];
  if (!isFloat(a.type) || intOf(node, 'fmod', 0) === 1) return asIs(context);
  const rest = g.node('Mod', [a, b], { fmod: int(1) });
  const zero = g.scalar(0, a);
  const turned = g.not(g.equal(g.less(rest, zero), g.less(b, zero)));
  return [g.where(g.and(turned, g.not(g.equal(rest, zero))), g.add(rest, b), rest)];
};

/** Gelu: x·Φ(x), or its tanh approximation (Hendrycks & Gimpel, arXiv:1606.08415). */
export function geluOf(g: GraphBuilder, x: Value, approximate: string): Value {
  const half = g.mul(x, g.scalar(0.5, x));
  if (approximate === 'tanh') {
    const inner = g.add(x, g.mul(g.scalar(0.044715, x), g.mul(x, g.mul(x, x))));
    return g.mul(half, g.add(g.node('Tanh', [g.mul(inner, g.scalar(Math.sqrt(2 / Math.PI), x))]), g.scalar(1, x)));
  }
  return g.mul(half, g.add(g.node('Erf', [g.mul(x, g.scalar(Math.SQRT1_2, x))]), g.scalar(1, x)));
}

export const gelu: Lowering = ({ g, node, input }) => [geluOf(g, input(0), stringOf(node, 'approximate', 'none'))];

/** gamma·(relu(x) + alpha·(e^min(x, 0) − 1)): Elu and Selu. */
const exponential =
  (alpha: number, gamma: number): Lowering =>
  ({ g, node, input }) => {
    const x = input(0);
    const down = g.sub(g.exp(g.min(x, g.scalar(0, x))), g.scalar(1, x));
    const sum = g.add(g.node('Relu', [x]), g.mul(down, g.scalar(floatOf(node, 'alpha', alpha), x)));
    const scale = floatOf(node, 'gamma', gamma);
    return [scale === 1 ? sum : g.mul(sum, g.scalar(scale, x))];
  };

export const elu = exponential(1, 1);
export const selu = exponential(1.6732632423543772, 1.0507009873554805);

/** Celu: max(0, x) + min(0, alpha·(e^(x/alpha) − 1)) */
export const celu: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const alpha = floatOf(node, 'alpha', 1);
  const down = g.sub(g.exp(g.mul(g.min(x, g.scalar(0, x)), g.scalar(1 / alpha, x))), g.scalar(1, x));
  return [g.add(g.node('Relu', [x]), g.mul(down, g.scalar(alpha, x)))];
};

/** HardSwish: x·HardSigmoid(x; 1/6, 1/2) */
export const hardSwish: Lowering = ({ g, input }) => {
  const x = input(0);
  return [g.mul(x, g.clip(g.add(g.mul(x, g.scalar(1 / 6, x)), g.scalar(0.5, x)), 0, 1))];
};

/** Mish: x·tanh(softplus(x)) */
export const mish: Lowering = ({ g, input }) => [g.mul(input(0), g.node('Tanh', [g.node('Softplus', [input(0)])]))];

/** PRelu: x where x ≥ 0, slope·x elsewhere. */
export const prelu: Lowering = (context) => {
  const { g, input } = context;
  const [x, slope] = [input(0), perChannelSlope(context)];
  return [g.add(g.node('Relu', [x]), g.mul(slope, g.min(x, g.scalar(0, x))))];
};

/** ThresholdedRelu: x where x > alpha, else 0. */
export const thresholdedRelu: Lowering = ({ g, node, input }) => {
  const x = input(0);
  return [g.mul(x, g.cast(g.greater(x, g.scalar(floatOf(node, 'alpha', 1), x)), x.type))];
};

export const softsign: Lowering = ({ g, input }) => [g.div(input(0), g.add(g.abs(input(0)), g.scalar(1, input(0))))];

/** A logical Xor is a comparison of booleans. */
export const xor: Lowering = ({ g, input }) => [g.not(g.equal(input(0), input(1)))];
