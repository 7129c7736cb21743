/** Every lowering against ONNX Runtime running the original operator in its original opset. */
import { describe, expect, it } from 'vitest';
import { expectLowering, type Lowered } from '../../../test/support/expect-lowering.ts';
import { BOUNDS } from '../../../test/support/lowerings/bounds.ts';
import { CLASSICAL } from '../../../test/support/lowerings/classical.ts';
import { LOSSES, PRODUCTS } from '../../../test/support/lowerings/losses.ts';
import { MORE } from '../../../test/support/lowerings/more.ts';
import { positive, scalar, signed, typed } from '../../../test/support/lowerings/tensors.ts';
import { float, int, ints, str } from '../../onnx/graph.ts';
import { floats, int64s } from '../../onnx/tensor.ts';
import { qualifiedName } from './qualified-name.ts';
import { CONTRIB_LIMIT, loweredOperators } from './table.ts';

const x = [2, 3, 4];
const image = [2, 3, 6, 5];

const same = (op: string, opset = 13, more: Partial<Lowered> = {}): Lowered => ({ op, opset, inputs: [x], ...more });

const unary = [
  'Abs',
  'Ceil',
  'Cos',
  'Erf',
  'Exp',
  'Floor',
  'Identity',
  'Neg',
  'Reciprocal',
  'Relu',
  'Round',
  'Sigmoid',
  'Sign',
  'Sin',
  'Softplus',
  'Softsign',
  'Tanh',
].map((op) => same(op));
const binary = ['Add', 'Div', 'Mul', 'Sub'].flatMap((op) => [same(op, 7, { inputs: [x, [3, 1]] }), same(op, 14, { inputs: [[4], x] })]);
const compared = (op: string, opset: number): Lowered => ({ op, opset, inputs: [x, [3, 1]], types: ['bool'] });

const CASES: readonly Lowered[] = [
  ...unary,
  ...binary,
  same('Log', 13, { inputs: [positive(x)] }),
  same('Sqrt', 13, { inputs: [positive(x)] }),
  ...['Greater', 'Less'].map((op) => compared(op, 9)),
  ...['GreaterOrEqual', 'LessOrEqual'].map((op) => compared(op, 12)),
  compared('Equal', 11),
  same('IsInf', 10, { types: ['bool'], attributes: { detect_negative: int(0) }, inputs: [floats([1, Infinity, -Infinity], [3])] }),
  same('IsNaN', 9, { types: ['bool'] }),
  {
    op: 'And',
    opset: 7,
    inputs: [typed('bool', Uint8Array.of(1, 0, 1, 0), [4]), typed('bool', Uint8Array.of(1, 1, 0, 0), [4])],
    types: ['bool'],
  },
  {
    op: 'Or',
    opset: 7,
    inputs: [typed('bool', Uint8Array.of(1, 0, 1, 0), [4]), typed('bool', Uint8Array.of(1, 1, 0, 0), [4])],
    types: ['bool'],
  },
  {
    op: 'Xor',
    opset: 7,
    inputs: [typed('bool', Uint8Array.of(1, 0, 1, 0), [4]), typed('bool', Uint8Array.of(1, 1, 0, 0), [4])],
    types: ['bool'],
  },
  { op: 'Not', opset: 7, inputs: [typed('bool', Uint8Array.of(1, 0), [2])], types: ['bool'] },
  { op: 'Where', opset: 9, inputs: [typed('bool', Uint8Array.of(1, 0, 1, 0), [4]), x, [1]] },
  same('LeakyRelu', 7, { attributes: { alpha: float(0.2) } }),
  same('LeakyRelu', 16),
  same('HardSigmoid', 7, { attributes: { alpha: float(0.3), beta: float(0.4) } }),
  same('HardSigmoid', 21),
  same('HardSwish', 14),
  same('Elu', 7, { attributes: { alpha: float(1.5) } }),
  same('Elu', 7),
  same('Selu', 7),
  same('Selu', 7, { attributes: { alpha: float(1.2), gamma: float(0.9) } }),
  same('Celu', 12, { attributes: { alpha: float(0.7) } }),
  same('Celu', 12),
  same('Mish', 18),
  same('ThresholdedRelu', 10, { attributes: { alpha: float(0.5) } }),
  same('PRelu', 9, { inputs: [x, signed([3, 1])] }),
  same('PRelu', 16, { inputs: [x, signed([1])] }),
  same('Gelu', 20),
  same('Gelu', 20, { attributes: { approximate: str('tanh') } }),
  same('Pow', 7, { inputs: [positive(x), signed([4])] }),
  same('Pow', 12, { inputs: [x, int64s([3], [])] }),
  same('Pow', 13, { inputs: [x, scalar(2)] }),
  same('Clip', 6, { attributes: { min: float(-0.5), max: float(0.75) } }),
  same('Clip', 6, { attributes: { min: float(-0.5) } }),
  same('Clip', 6),
  same('Clip', 11, { inputs: [x, scalar(-0.5), scalar(0.75)] }),
  same('Clip', 13, { inputs: [x, undefined, scalar(0.75)] }),
  same('Clip', 13, { inputs: [x] }),
  ...['Max', 'Min', 'Sum', 'Mean'].flatMap((op) => [same(op, 8, { inputs: [x, [3, 1], [4]] }), same(op, 13, { inputs: [x] })]),
  same('Cast', 9, { attributes: { to: int(7) }, types: ['int64'] }),
  same('Cast', 13, { attributes: { to: int(9) }, types: ['bool'] }),
  same('Cast', 19, { attributes: { to: int(1), saturate: int(1) } }),
  same('Dropout', 7, { attributes: { ratio: float(0.5) } }),
  same('Dropout', 13, { inputs: [x, scalar(0.5)], outputs: 2, types: ['float32', 'bool'] }),

  // Linear layers and normalisations.
  {
    op: 'Conv',
    opset: 7,
    inputs: [image, signed([4, 3, 3, 3]), signed([4])],
    attributes: { auto_pad: str('SAME_LOWER'), strides: ints([2, 2]) },
  },
  {
    op: 'Conv',
    opset: 11,
    inputs: [[1, 4, 9], signed([4, 2, 3])],
    attributes: { group: int(2), dilations: ints([2]), pads: ints([1, 2]) },
  },
  {
    op: 'ConvTranspose',
    opset: 7,
    inputs: [image, signed([3, 2, 3, 3]), signed([2])],
    attributes: { strides: ints([2, 2]), pads: ints([1, 0, 1, 1]), output_padding: ints([1, 0]) },
  },
  {
    op: 'ConvTranspose',
    opset: 11,
    inputs: [image, signed([3, 2, 3, 3])],
    attributes: { strides: ints([2, 3]), auto_pad: str('SAME_UPPER') },
  },
  {
    op: 'ConvTranspose',
    opset: 11,
    inputs: [image, signed([3, 2, 3, 3])],
    attributes: { strides: ints([2, 3]), auto_pad: str('SAME_LOWER') },
  },
  {
    op: 'ConvTranspose',
    opset: 11,
    inputs: [image, signed([3, 2, 3, 3])],
    attributes: { strides: ints([2, 3]), output_shape: ints([12, 14]) },
  },
  {
    op: 'ConvTranspose',
    opset: 11,
    inputs: [image, signed([3, 2, 3, 3])],
    attributes: { strides: ints([2, 2]), output_shape: ints([11, 10]), auto_pad: str('SAME_UPPER') },
  },
  {
    op: 'Gemm',
    opset: 7,
    inputs: [[3, 4], signed([5, 4]), signed([5])],
    attributes: { transB: int(1), alpha: float(0.5), beta: float(2) },
  },
  { op: 'Gemm', opset: 11, inputs: [[4, 3], signed([4, 5])], attributes: { transA: int(1) } },
  { op: 'Gemm', opset: 13, inputs: [[3, 4], signed([4, 5]), signed([3, 1])] },
  { op: 'MatMul', opset: 9, inputs: [[4], signed([4])] },
  { op: 'MatMul', opset: 9, inputs: [[4], signed([2, 4, 3])] },
  { op: 'MatMul', opset: 13, inputs: [[2, 1, 3, 4], signed([4])] },
  {
    op: 'BatchNormalization',
    opset: 7,
    inputs: [image, signed([3]), signed([3]), signed([3]), positive([3])],
    attributes: { epsilon: float(1e-3) },
  },
  { op: 'BatchNormalization', opset: 9, inputs: [[2, 3], signed([3]), signed([3]), signed([3]), positive([3])] },
  { op: 'BatchNormalization', opset: 15, inputs: [[2, 3, 4], signed([3]), signed([3]), signed([3]), positive([3])] },
  { op: 'InstanceNormalization', opset: 7, inputs: [image, signed([3]), signed([3])], attributes: { epsilon: float(1e-2) } },
  { op: 'InstanceNormalization', opset: 21, inputs: [x, signed([3]), signed([3])] },
  { op: 'LayerNormalization', opset: 17, inputs: [x, signed([4]), signed([4])] },
  { op: 'LayerNormalization', opset: 17, inputs: [x, signed([3, 4])], attributes: { axis: int(1), epsilon: float(1e-3) } },
  { op: 'LayerNormalization', opset: 17, inputs: [x, signed([4]), signed([4])], outputs: 3 },

  // Pools.
  {
    op: 'MaxPool',
    opset: 8,
    inputs: [image],
    attributes: { kernel_shape: ints([3, 2]), strides: ints([2, 2]), pads: ints([1, 0, 0, 1]), storage_order: int(0) },
  },
  {
    op: 'MaxPool',
    opset: 12,
    inputs: [image],
    attributes: { kernel_shape: ints([3, 2]), strides: ints([2, 2]), ceil_mode: int(1), dilations: ints([1, 2]) },
  },
  { op: 'AveragePool', opset: 7, inputs: [image], attributes: { kernel_shape: ints([3, 2]), auto_pad: str('SAME_UPPER') } },
  {
    op: 'AveragePool',
    opset: 11,
    inputs: [image],
    attributes: {
      kernel_shape: ints([3, 2]),
      pads: ints([1, 1, 1, 0]),
      count_include_pad: int(1),
      ceil_mode: int(1),
      strides: ints([2, 2]),
    },
  },
  { op: 'AveragePool', opset: 11, inputs: [image], attributes: { kernel_shape: ints([6, 5]) } },
  {
    op: 'AveragePool',
    opset: 19,
    inputs: [image],
    attributes: { kernel_shape: ints([2, 2]), dilations: ints([2, 3]), pads: ints([1, 1, 0, 0]) },
  },
  {
    op: 'AveragePool',
    opset: 19,
    inputs: [image],
    attributes: {
      kernel_shape: ints([2, 2]),
      dilations: ints([2, 1]),
      pads: ints([1, 1, 1, 0]),
      count_include_pad: int(1),
      strides: ints([2, 1]),
    },
  },
  { op: 'AveragePool', opset: 21, inputs: [image], attributes: { kernel_shape: ints([2, 2]), dilations: ints([1, 1]) } },
  { op: 'GlobalAveragePool', opset: 7, inputs: [image] },
  { op: 'GlobalMaxPool', opset: 7, inputs: [x] },

  // Reductions, arg-max, top-k, softmax.
  ...['L1', 'L2', 'LogSumExp', 'Max', 'Mean', 'Min', 'Sum', 'SumSquare'].flatMap((kind): Lowered[] => [
    { op: `Reduce${kind}`, opset: 11, inputs: [x], attributes: { axes: ints([0, -1]), keepdims: int(0) } },
    { op: `Reduce${kind}`, opset: 7, inputs: [x] },
    { op: `Reduce${kind}`, opset: 18, inputs: [x, int64s([1])] },
    { op: `Reduce${kind}`, opset: 18, inputs: [x, int64s([])], attributes: { noop_with_empty_axes: int(1) } },
  ]),
  { op: 'ReduceLogSum', opset: 11, inputs: [positive(x)], attributes: { axes: ints([1]) } },
  { op: 'ReduceSum', opset: 13, inputs: [x, int64s([-1])], attributes: { keepdims: int(0) } },
  { op: 'ArgMax', opset: 7, inputs: [x], attributes: { axis: int(1), keepdims: int(0) }, types: ['int64'] },
  {
    op: 'ArgMax',
    opset: 12,
    inputs: [floats([1, 2, 2, 0], [1, 4])],
    attributes: { axis: int(-1), select_last_index: int(1) },
    types: ['int64'],
  },
  { op: 'ArgMin', opset: 11, inputs: [x], attributes: { axis: int(-1) }, types: ['int64'] },
  { op: 'TopK', opset: 9, inputs: [x], attributes: { axis: int(1), k: int(2) }, outputs: 2, types: ['float32', 'int64'] },
  { op: 'TopK', opset: 10, inputs: [x, int64s([2])], outputs: 2, types: ['float32', 'int64'] },
  {
    op: 'TopK',
    opset: 11,
    inputs: [x, int64s([2])],
    attributes: { largest: int(0), axis: int(0) },
    outputs: 2,
    types: ['float32', 'int64'],
  },
  ...['Softmax', 'LogSoftmax'].flatMap((op): Lowered[] => [
    { op, opset: 7, inputs: [x] },
    { op, opset: 11, inputs: [image], attributes: { axis: int(2) } },
    { op, opset: 11, inputs: [x], attributes: { axis: int(0) } },
    { op, opset: 11, inputs: [x], attributes: { axis: int(-1) } },
    { op, opset: 13, inputs: [x], attributes: { axis: int(1) } },
    { op, opset: 13, inputs: [x] },
  ]),

  // Structure.
  { op: 'Concat', opset: 7, inputs: [x, [2, 1, 4]], attributes: { axis: int(1) } },
  { op: 'Concat', opset: 13, inputs: [x, x], attributes: { axis: int(-1) } },
  { op: 'Constant', opset: 7, inputs: [], attributes: { value: { kind: 'tensor', value: signed([2, 2]) } } },
  { op: 'Constant', opset: 12, inputs: [], attributes: { value_floats: { kind: 'floats', value: [1, 2] } } },
  { op: 'Constant', opset: 12, inputs: [], attributes: { value_ints: ints([1, 2]) }, types: ['int64'] },
  { op: 'Constant', opset: 12, inputs: [], attributes: { value_int: int(3) }, types: ['int64'] },
  { op: 'ConstantOfShape', opset: 9, inputs: [int64s([2, 3])] },
  {
    op: 'ConstantOfShape',
    opset: 9,
    inputs: [int64s([2])],
    attributes: { value: { kind: 'tensor', value: int64s([7]) } },
    types: ['int64'],
  },
  { op: 'ConstantOfShape', opset: 9, inputs: [int64s([])] },
  ...[0, 1].flatMap((exclusive) =>
    [0, 1].map(
      (reverse): Lowered => ({
        op: 'CumSum',
        opset: 11,
        inputs: [x, int64s([1], [])],
        attributes: { exclusive: int(exclusive), reverse: int(reverse) },
      }),
    ),
  ),
  { op: 'DepthToSpace', opset: 7, inputs: [[1, 8, 2, 3]], attributes: { blocksize: int(2) } },
  { op: 'DepthToSpace', opset: 11, inputs: [[1, 8, 2, 3]], attributes: { blocksize: int(2), mode: str('CRD') } },
  { op: 'SpaceToDepth', opset: 7, inputs: [[1, 2, 4, 6]], attributes: { blocksize: int(2) } },
  { op: 'Expand', opset: 8, inputs: [[3, 1], int64s([2, 1, 4])] },
  { op: 'Expand', opset: 13, inputs: [x, int64s([1, 1])] },
  { op: 'Flatten', opset: 7, inputs: [x], attributes: { axis: int(2) } },
  { op: 'Flatten', opset: 11, inputs: [x], attributes: { axis: int(-1) } },
  { op: 'Flatten', opset: 11, inputs: [x], attributes: { axis: int(0) } },
  { op: 'Gather', opset: 7, inputs: [x, int64s([0, 2, 1], [3])], attributes: { axis: int(1) } },
  { op: 'Gather', opset: 13, inputs: [x, int64s([-1], [])], attributes: { axis: int(-1) } },
  { op: 'Pad', opset: 7, inputs: [x], attributes: { pads: ints([0, 1, 0, 0, 2, 1]), value: float(1.5) } },
  { op: 'Pad', opset: 7, inputs: [x], attributes: { pads: ints([0, 1, 2, 0, 1, 3]), mode: str('reflect') } },
  { op: 'Pad', opset: 11, inputs: [x, int64s([0, 1, 2, 0, -1, 3])], attributes: { mode: str('edge') } },
  { op: 'Pad', opset: 11, inputs: [x, int64s([0, -1, 2, 0, 0, -1]), scalar(3)] },
  { op: 'Pad', opset: 13, inputs: [x, int64s([0, 1, 0, 0, 1, 0])] },
  { op: 'Pad', opset: 18, inputs: [x, int64s([1, 2]), undefined, int64s([-1])] },
  { op: 'Pad', opset: 19, inputs: [x, int64s([0, 1, 2, 0, 2, 1])], attributes: { mode: str('wrap') } },
  { op: 'Range', opset: 11, inputs: [int64s([2], []), int64s([11], []), int64s([3], [])], types: ['int64'] },
  { op: 'Range', opset: 11, inputs: [int64s([5], []), int64s([-4], []), int64s([-2], [])], types: ['int64'] },
  { op: 'Range', opset: 11, inputs: [scalar(0), scalar(1), scalar(0.1)] },
  { op: 'Range', opset: 11, inputs: [scalar(2), scalar(-1), scalar(-0.7)] },
  { op: 'Reshape', opset: 7, inputs: [x, int64s([0, -1])] },
  { op: 'Reshape', opset: 14, inputs: [x, int64s([4, -1, 2])], attributes: { allowzero: int(1) } },
  { op: 'Shape', opset: 7, inputs: [x], types: ['int64'] },
  { op: 'Shape', opset: 15, inputs: [x], attributes: { start: int(-2), end: int(-1) }, types: ['int64'] },
  { op: 'Shape', opset: 15, inputs: [x], attributes: { start: int(1), end: int(9) }, types: ['int64'] },
  { op: 'Shape', opset: 15, inputs: [x], attributes: { start: int(-9), end: int(2) }, types: ['int64'] },
  { op: 'Size', opset: 7, inputs: [x], types: ['int64'] },
  { op: 'Slice', opset: 7, inputs: [x], attributes: { starts: ints([1, -3]), ends: ints([3, 2 ** 40]), axes: ints([1, 2]) } },
  { op: 'Slice', opset: 9, inputs: [x], attributes: { starts: ints([0, 1]), ends: ints([1, 2]) } },
  { op: 'Slice', opset: 10, inputs: [x, int64s([-1, 0]), int64s([-(2 ** 62), 2 ** 62]), int64s([-1, 1]), int64s([-2, 2])] },
  { op: 'Slice', opset: 13, inputs: [x, int64s([2]), int64s([1]), int64s([2])] },
  { op: 'Split', opset: 7, inputs: [x], attributes: { axis: int(-1) }, outputs: 2 },
  { op: 'Split', opset: 11, inputs: [x], attributes: { axis: int(1), split: ints([1, 2]) }, outputs: 2 },
  { op: 'Split', opset: 13, inputs: [x, int64s([3, 1])], attributes: { axis: int(2) }, outputs: 2 },
  { op: 'Split', opset: 18, inputs: [[7, 2]], attributes: { num_outputs: int(3) }, outputs: 3 },
  { op: 'Split', opset: 18, inputs: [[5]], attributes: { num_outputs: int(3) }, outputs: 3 },
  { op: 'Squeeze', opset: 7, inputs: [[1, 3, 1]], attributes: { axes: ints([0]) } },
  { op: 'Squeeze', opset: 11, inputs: [[1, 3, 1]] },
  { op: 'Squeeze', opset: 13, inputs: [[1, 3, 1], int64s([-1])] },
  { op: 'Unsqueeze', opset: 7, inputs: [x], attributes: { axes: ints([0, 2]) } },
  { op: 'Unsqueeze', opset: 13, inputs: [x, int64s([-1, 1])] },
  { op: 'Tile', opset: 7, inputs: [x, int64s([1, 2, 3])] },
  { op: 'Transpose', opset: 7, inputs: [x] },
  { op: 'Transpose', opset: 13, inputs: [x], attributes: { perm: ints([1, 2, 0]) } },

  // Quantised constants.
  {
    op: 'DequantizeLinear',
    opset: 10,
    inputs: [typed('uint8', Uint8Array.of(0, 7, 200, 255), [2, 2]), scalar(0.1), typed('uint8', Uint8Array.of(128), [])],
  },
  { op: 'DequantizeLinear', opset: 10, inputs: [typed('int32', Int32Array.of(-5, 7, 200), [3]), scalar(0.1)] },
  {
    op: 'DequantizeLinear',
    opset: 13,
    inputs: [
      typed('int8', Int8Array.of(-5, 7, 100, -128, 3, 2), [2, 3, 1]),
      floats([0.1, 0.2, 0.3], [3]),
      typed('int8', Int8Array.of(1, 0, -1), [3]),
    ],
  },
  {
    op: 'DequantizeLinear',
    opset: 13,
    inputs: [typed('int8', Int8Array.of(-5, 7, 100, -128, 3, 2), [2, 3]), floats([0.1, 0.2], [2])],
    attributes: { axis: int(-2) },
  },
  {
    op: 'DequantizeLinear',
    opset: 13,
    inputs: [typed('int8', Int8Array.of(-5, 7), [2]), floats([0.1, 0.2], [2])],
    attributes: { axis: int(0) },
  },
  {
    op: 'DequantizeLinear',
    opset: 21,
    inputs: [typed('int8', Int8Array.of(-5, 7, 100, -128, 3, 2, 1, 0), [2, 4]), floats([0.1, 0.2, 0.3, 0.4], [2, 2])],
    attributes: { axis: int(1), block_size: int(2) },
  },
];

const ALL = [...CASES, ...BOUNDS, ...CLASSICAL, ...LOSSES, ...PRODUCTS, ...MORE];

const label = ({ op, domain = '', opset, inputs, attributes }: Lowered): string => {
  const given = inputs.map((input) => (Array.isArray(input) ? `[${input}]` : input ? 'c' : '–')).join(' ');
  return `${qualifiedName({ op, domain })}-${opset} ${given} ${Object.entries(attributes ?? {})
    .map(([name, { value }]) => `${name}=${typeof value === 'object' && 'data' in value ? 'tensor' : value}`)
    .join(' ')}`;
};

/** Sequences are no outputs (sequences.test.ts), and what draws is compared by its moments (`test/conformance/random-layers.test.ts`). */
const ELSEWHERE = loweredOperators().filter((op) => /^(Optional|Sequence|SplitToSequence$|ConcatFromSequence$|Random|Bernoulli$)/.test(op));

describe('lowerings', () => {
  it.each(ALL.map((spec) => [label(spec), spec] as const))('%s', (_, spec) => expectLowering(spec));

  it('are all here', () => {
    const tested = new Set([...ELSEWHERE, ...ALL.map(({ op, domain = '' }) => qualifiedName({ op, domain }))]);
    expect(loweredOperators().filter((op) => !tested.has(op))).toEqual([]);
  });

  it('of one runtime only are a short list', () => {
    expect(loweredOperators().filter((op) => op.startsWith('com.microsoft.')).length).toBeLessThanOrEqual(CONTRIB_LIMIT);
  });
});
