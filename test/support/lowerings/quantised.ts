/** Quantisers and integer products: whole numbers, so lowered and original agree exactly unless a sum passes 2²⁴. */
import * as fc from 'fast-check';
import { int, ints } from '../../../src/onnx/graph.ts';
import { type ElementType, floats, sizeOf, type Tensor } from '../../../src/onnx/tensor.ts';
import type { Fed, Lowered } from '../expect-lowering.ts';
import { scalar, typed } from './tensors.ts';

const ARRAYS = { uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int32: Int32Array } as const;
type Whole = keyof typeof ARRAYS | 'int16';

/** Whole numbers spread over the type (int32: ±1000). */
export function whole(type: Whole, shape: readonly number[], seed = 1): Tensor {
  const spread = Array.from({ length: sizeOf(shape) }, (_, i) => (i * 89 + seed * 37) % 256);
  if (type === 'int16')
    return {
      ...typed(
        'uint16',
        Uint16Array.from(spread, (v) => (v - 128) * 200),
        shape,
      ),
      type: 'int16',
    };
  const values = spread.map((v) => ({ uint8: v, int8: v - 128, uint16: v * 255, int32: v * 8 - 1000 })[type]);
  return typed(type, ARRAYS[type].from(values), shape);
}
const fed = (tensor: Tensor): Fed => ({ fed: tensor });
const point = (type: Whole, value: number): Tensor =>
  type === 'int16' ? { ...typed('uint16', Uint16Array.of(value), []), type } : typed(type, ARRAYS[type].of(value), []);
/** Two 4-bit integers to a byte. */
const four = (type: 'int4' | 'uint4', shape: readonly number[]): Tensor => ({
  type: type as ElementType,
  shape,
  data: Uint8Array.from({ length: Math.ceil(sizeOf(shape) / 2) }, (_, i) => (i * 83 + 7) % 256),
});

const x = [2, 3, 4];
const scales = floats([0.05, 0.013, 0.021], [3]);

export const QUANTISED: readonly Lowered[] = [
  ...([10, 13, 19] as const).flatMap((opset): Lowered[] => [
    { op: 'QuantizeLinear', opset, inputs: [x, scalar(0.013)], types: ['uint8'] },
    { op: 'QuantizeLinear', opset, inputs: [x, scalar(0.007), point('uint8', 130)], types: ['uint8'] },
    { op: 'QuantizeLinear', opset, inputs: [x, scalar(0.013), point('int8', -20)], types: ['int8'] },
  ]),
  { op: 'QuantizeLinear', opset: 13, inputs: [x, scales, whole('int8', [3])], types: ['int8'] },
  { op: 'QuantizeLinear', opset: 13, inputs: [x, floats([0.05, 0.013], [2])], attributes: { axis: int(0) }, types: ['uint8'] },
  { op: 'QuantizeLinear', opset: 21, inputs: [x, scalar(3e-5), point('uint16', 30000)], types: ['uint16'] },
  { op: 'QuantizeLinear', opset: 21, inputs: [x, scalar(3e-5), point('int16', 7)], types: ['int16'] },
  {
    op: 'QuantizeLinear',
    opset: 21,
    inputs: [[2, 4], floats([0.05, 0.013, 0.021, 0.01], [2, 2]), whole('uint8', [2, 2])],
    attributes: { axis: int(1), block_size: int(2) },
    types: ['uint8'],
  },
  { op: 'QuantizeLinear', opset: 21, inputs: [x, scalar(0.02)], attributes: { output_dtype: int(3) }, types: ['int8'] },
  { op: 'DequantizeLinear', opset: 21, inputs: [whole('uint16', [5]), scalar(0.1), point('uint16', 3)] },
  { op: 'DequantizeLinear', opset: 21, inputs: [four('int4', [3, 5]), floats([0.1, 0.2, 0.3], [3])], attributes: { axis: int(0) } },
  { op: 'DequantizeLinear', opset: 21, inputs: [four('uint4', [7]), scalar(0.1), { ...four('uint4', []), data: Uint8Array.of(9) }] },
  { op: 'DequantizeLinear', opset: 13, inputs: [fed(whole('uint8', x)), scalar(0.1), point('uint8', 3)] },
  { op: 'DynamicQuantizeLinear', opset: 11, inputs: [x], outputs: 3, types: ['uint8', 'float32', 'uint8'] },
  { op: 'DynamicQuantizeLinear', opset: 11, inputs: [floats([0, 0], [2])], outputs: 3, types: ['uint8', 'float32', 'uint8'] },
  { op: 'DynamicQuantizeLinear', opset: 11, inputs: [floats([-3, -1.5], [2])], outputs: 3, types: ['uint8', 'float32', 'uint8'] },
  { op: 'DynamicQuantizeLinear', opset: 11, inputs: [floats([3, 1.5, 0.25], [3])], outputs: 3, types: ['uint8', 'float32', 'uint8'] },
  { op: 'MatMulInteger', opset: 10, inputs: [fed(whole('uint8', [3, 4])), whole('int8', [4, 5])], types: ['int32'] },
  {
    op: 'MatMulInteger',
    opset: 10,
    inputs: [fed(whole('uint8', [2, 3, 4])), whole('uint8', [4, 5]), point('uint8', 128), point('uint8', 7)],
    types: ['int32'],
  },
  {
    op: 'MatMulInteger',
    opset: 10,
    inputs: [fed(whole('uint8', [3, 4])), whole('int8', [4, 5]), point('uint8', 128), whole('int8', [5])],
    types: ['int32'],
  },
  {
    op: 'ConvInteger',
    opset: 10,
    inputs: [fed(whole('uint8', [2, 3, 6, 5])), whole('uint8', [4, 3, 3, 3]), point('uint8', 128)],
    attributes: { pads: ints([1, 0, 1, 2]) },
    types: ['int32'],
  },
  {
    op: 'ConvInteger',
    opset: 10,
    inputs: [fed(whole('uint8', [2, 4, 6, 5])), whole('uint8', [4, 2, 3, 3]), point('uint8', 120), point('uint8', 99)],
    attributes: { strides: ints([2, 1]), group: int(2) },
    types: ['int32'],
  },
  {
    op: 'QLinearMatMul',
    opset: 10,
    inputs: [
      fed(whole('uint8', [2, 3, 4])),
      scalar(0.02),
      point('uint8', 113),
      whole('int8', [4, 5]),
      scalar(0.01),
      point('int8', 3),
      scalar(0.05),
      point('uint8', 140),
    ],
    types: ['uint8'],
  },
  {
    op: 'QLinearConv',
    opset: 10,
    inputs: [
      fed(whole('uint8', [2, 3, 6, 5])),
      scalar(0.02),
      point('uint8', 113),
      whole('int8', [4, 3, 3, 3]),
      floats([0.01, 0.02, 0.015, 0.003], [4]),
      typed('int8', new Int8Array(4), [4]),
      scalar(0.2),
      point('uint8', 140),
      whole('int32', [4]),
    ],
    attributes: { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) },
    types: ['uint8'],
  },
  {
    op: 'QLinearConv',
    opset: 10,
    inputs: [
      fed(whole('uint8', [2, 4, 7])),
      scalar(0.02),
      point('uint8', 113),
      whole('uint8', [4, 1, 3]),
      scalar(0.01),
      point('uint8', 99),
      scalar(0.1),
      point('uint8', 140),
    ],
    attributes: { group: int(4), dilations: ints([2]) },
    types: ['uint8'],
  },
];

/** Quantisation of random scales and zero points, of values that saturate and values that do not. */
export const randomQuantiser: fc.Arbitrary<Lowered> = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    type: fc.constantFrom('uint8' as const, 'int8' as const),
    exponent: fc.double({ min: -9, max: 0, noNaN: true }),
    zero: fc.integer({ min: 0, max: 255 }),
    opset: fc.constantFrom(10, 13, 19, 21, 23),
  })
  .map(({ shape, type, exponent, zero, opset }) => ({
    op: 'QuantizeLinear',
    opset,
    inputs: [shape, scalar(2 ** exponent), point(type, type === 'int8' ? zero - 128 : zero)],
    types: [type],
  }));

const x8 = fed(whole('uint8', [2, 3, 4, 5]));
const nibbles = (shape: readonly number[]): Tensor => whole('uint8', shape, 3);

/** Of ONNX Runtime's own operator set. */
export const QUANTISED_CONTRIB: readonly Lowered[] = [
  {
    op: 'QLinearAdd',
    domain: 'com.microsoft',
    opset: 1,
    inputs: [
      x8,
      scalar(0.021),
      point('uint8', 113),
      fed(whole('uint8', [3, 1, 5], 5)),
      scalar(0.013),
      point('uint8', 99),
      scalar(0.05),
      point('uint8', 120),
    ],
    types: ['uint8'],
  },
  {
    op: 'QLinearAdd',
    domain: 'com.microsoft',
    opset: 1,
    inputs: [
      fed(whole('int8', [4, 5])),
      scalar(0.021),
      point('int8', 13),
      whole('int8', [4, 5], 5),
      scalar(0.013),
      point('int8', -9),
      scalar(0.02),
      point('int8', 7),
    ],
    types: ['int8'],
  },
  ...[0, 1].map(
    (last): Lowered => ({
      op: 'QLinearGlobalAveragePool',
      domain: 'com.microsoft',
      opset: 1,
      inputs: [x8, scalar(0.021), point('uint8', 113), scalar(0.0131), point('uint8', 99)],
      attributes: { channels_last: int(last) },
      types: ['uint8'],
    }),
  ),
  {
    op: 'QGemm',
    domain: 'com.microsoft',
    opset: 1,
    inputs: [
      fed(whole('uint8', [3, 4])),
      scalar(0.02),
      point('uint8', 113),
      whole('int8', [5, 4]),
      scalar(0.01),
      point('int8', 3),
      whole('int32', [5]),
      scalar(0.051),
      point('uint8', 140),
    ],
    attributes: { transB: int(1) },
    types: ['uint8'],
  },
  {
    op: 'QGemm',
    domain: 'com.microsoft',
    opset: 1,
    inputs: [fed(whole('uint8', [4, 3])), scalar(0.02), point('uint8', 113), whole('uint8', [4, 5]), scalar(0.01), point('uint8', 130)],
    attributes: { transA: int(1) },
  },
  {
    op: 'MatMulNBits',
    domain: 'com.microsoft',
    opset: 1,
    inputs: [
      [2, 3, 40],
      nibbles([6, 2, 16]),
      floats(
        [...Array(12).keys()].map((i) => 0.01 + i / 900),
        [12],
      ),
    ],
    attributes: { K: int(40), N: int(6), bits: int(4), block_size: int(32) },
  },
  {
    op: 'MatMulNBits',
    domain: 'com.microsoft',
    opset: 1,
    inputs: [
      [3, 48],
      nibbles([6, 3, 8]),
      floats(
        [...Array(18).keys()].map((i) => 0.01 + i / 900),
        [18],
      ),
      nibbles([12]),
    ],
    attributes: { K: int(48), N: int(6), bits: int(4), block_size: int(16) },
  },
  {
    op: 'MatMulNBits',
    domain: 'com.microsoft',
    opset: 1,
    inputs: [[3, 32], nibbles([4, 1, 32]), floats([0.01, 0.02, 0.03, 0.04], [4]), undefined, undefined, [4]],
    attributes: { K: int(32), N: int(4), bits: int(8), block_size: int(32) },
  },
];
