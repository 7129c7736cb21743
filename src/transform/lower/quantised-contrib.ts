/** Lowerings of ONNX Runtime's own quantised operators, each in the order of roundings of its kernel. */
import { GibbonError } from '../../base/errors.ts';
import { floatOf, int, intOf, type Node, type Value } from '../../onnx/graph.ts';
import { sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { shapeError } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';
import { asFloats } from './integers.ts';
import { quantised } from './quantise.ts';
import { centred, single } from './quantised-linear.ts';

/** The scale at input `index`, as a scalar where it is one. */
const scaleAt = ({ g, input }: LowerContext, index: number): Value => single(g, input(index));

/** round(x) + the zero point at input `index`, in the zero point's type. */
function requantised({ g, input }: LowerContext, x: Value, index: number): Value {
  const zero = input(index);
  return quantised(g, x, asFloats(g, single(g, zero)), zero.type);
}

/** QLinearAdd(a, scale, zero, b, scale, zero, scale, zero) */
export const qLinearAdd: Lowering = (context) => {
  const { g } = context;
  const ratio = (index: number): Value => g.div(scaleAt(context, index), scaleAt(context, 6));
  const sum = g.add(g.mul(centred(context, [0, 2]), ratio(1)), g.mul(centred(context, [3, 5]), ratio(4)));
  return [requantised(context, sum, 7)];
};

/** QLinearGlobalAveragePool(x, scale, zero, scale, zero), channels second or last. */
export const qLinearGlobalAveragePool: Lowering = (context) => {
  const { g, node } = context;
  const x = centred(context, [0, 2]);
  const first = intOf(node, 'channels_last', 0) === 1 ? 1 : 2;
  const axes = x.shape.slice(2).map((_, i) => first + i);
  const count = sizeOf(axes.map((axis) => x.shape[axis] as number));
  const factor = g.div(scaleAt(context, 1), g.mul(scaleAt(context, 3), g.scalar(count, x)));
  return [requantised(context, g.mul(g.node('ReduceSum', [x, g.ints(axes)], { keepdims: int(1) }), factor), 4)];
};

/** QGemm(a, scale, zero, b, scale, zero, c as int32, scale, zero); without the last two the result is a float. */
export const qGemm: Lowering = (context) => {
  const { g, node, inputs } = context;
  const turned = (x: Value, name: string): Value => (intOf(node, name, 0) === 1 ? g.transposed(x) : x);
  const byColumn = intOf(node, 'transB', 0) === 1 ? (value: Value): Value => column(context, value) : (value: Value): Value => value;
  const sums = g.matmul(turned(centred(context, [0, 2]), 'transA'), turned(centred(context, [3, 5], byColumn), 'transB'));
  const biased = inputs[6] ? g.add(sums, asFloats(g, inputs[6])) : sums;
  const scale = g.mul(g.mul(scaleAt(context, 1), scaleAt(context, 4)), g.scalar(floatOf(node, 'alpha', 1)));
  if (!inputs[7]) return [g.mul(biased, scale)];
  return [requantised(context, g.mul(biased, g.div(scale, scaleAt(context, 7))), 8)];
};

const column = ({ g }: LowerContext, value: Value): Value =>
  value.shape.length === 1 ? g.reshape(value, [value.shape[0] as number, 1]) : value;

/** MatMulNBits(x, weights, scales, zero points, –, bias): weights [N, blocks, bytes] of 2, 4 or 8 bits, quantised in blocks along K. */
export const matMulNBits: Lowering = (context) => {
  const { g, node, input, inputs } = context;
  const [k, n, bits] = [intOf(node, 'K', 0), intOf(node, 'N', 0), intOf(node, 'bits', 4)];
  const size = intOf(node, 'block_size', 32);
  const blocks = Math.ceil(k / size);
  if (inputs[4]) refuse(node, 'its weights are in an order of their own (g_idx)');
  if (![2, 4, 8].includes(bits)) refuse(node, `its weights have ${bits} bits`);
  const whole = g.cast(g.constant(unpacked(constantAt(context, 1), bits, [n, blocks, size])), 'float32');
  const scales = g.reshape(input(2), [n, blocks, 1]);
  const weights = g.mul(g.sub(whole, zeroPoints(context, { bits, n, blocks })), scales);
  const matrix = g.slice(g.reshape(weights, [n, blocks * size]), 1, 0, k);
  const y = g.matmul(input(0), g.transposed(matrix));
  return [inputs[5] ? g.add(y, inputs[5]) : y];
};

/** Zero points [N, blocks, 1]: packed as the weights are, or floats, or the middle of the range. */
function zeroPoints(context: LowerContext, { bits, n, blocks }: { bits: number; n: number; blocks: number }): Value {
  const { g, inputs } = context;
  const given = inputs[3];
  if (!given) return g.scalar(2 ** (bits - 1));
  if (given.type !== 'uint8') return g.reshape(given, [n, blocks, 1]);
  const perByte = 8 / bits;
  const row = Math.ceil(blocks / perByte) * perByte;
  const all = g.cast(g.constant(unpacked(constantAt(context, 3), bits, [n, row])), 'float32');
  return g.reshape(g.slice(all, 1, 0, blocks), [n, blocks, 1]);
}

/** The integers of `bits` bits, lowest first in each byte, as uint8. */
function unpacked({ data }: Tensor, bits: number, shape: readonly number[]): Tensor {
  const perByte = 8 / bits;
  const values = Uint8Array.from({ length: sizeOf(shape) }, (_, i) => {
    const byte = data[Math.floor(i / perByte)] as number;
    return (byte >> ((i % perByte) * bits)) & (2 ** bits - 1);
  });
  return { type: 'uint8', shape, data: values };
}

function constantAt({ g, node, input }: LowerContext, index: number): Tensor {
  return g.tensor(input(index)) ?? shapeError(node, `input ${index} is no constant`);
}

function refuse({ op, name }: Node, reason: string): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name}: ${reason}`, { hint: 'Export it with weights of 4 or 8 bits in blocks.' });
}
