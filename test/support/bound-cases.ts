/** Random cases of every operator that has bounds, by the operator. */
import * as fc from 'fast-check';
import { float, int, ints, str, type Value } from '../../src/onnx/graph.ts';
import { bools, floats, int64s, sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import type { BoundCase } from './bound-case.ts';

type Shaped = Omit<BoundCase, 'width' | 'seed'>;

const WIDTHS = [1e-6, 1e-3, 0.1, 1, 8] as const;

/** A row of a few dimensions. */
const shape = (min = 1, max = 3, dim = 3): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: dim }), { minLength: min, maxLength: max }).map((dims) => [1, ...dims]);

/** Weights between −1 and 1. */
const weights = (dims: readonly number[], key: string): Tensor => {
  const rng = keyedRng(7, key, ...dims);
  return floats(
    Array.from({ length: sizeOf(dims) }, () => 2 * rng.uniform() - 1),
    dims,
  );
};

const unary = (op: string, range?: readonly [number, number]): fc.Arbitrary<Shaped> =>
  shape().map((dims) => ({ op, shapes: [dims], ...(range && { range }) }));

/** Two varying operands, one of them possibly broadcast, or one of them constant on either side. */
const binary = (op: string, range?: readonly [number, number]): fc.Arbitrary<Shaped> =>
  fc.tuple(shape(2, 3), fc.constantFrom('both', 'broadcast', 'right', 'left', 'same')).map(([dims, kind]) => {
    const base = { op, shapes: [dims], ...(range && { range }) };
    const thin = [1, 1, ...dims.slice(2)];
    const fixed = floats(
      Array.from(weights(thin, op).data.length === 0 ? [] : { length: sizeOf(thin) }, (_, i) => 0.5 + (i % 3)),
      thin,
    );
    if (kind === 'both') return { ...base, shapes: [dims, dims] };
    if (kind === 'broadcast') return { ...base, shapes: [dims, thin] };
    if (kind === 'same') return { ...base, build: (g, [x]) => g.node(op, [x as Value, x as Value]) };
    if (kind === 'right') return { ...base, constants: [fixed] };
    return { ...base, build: (g, [x]) => g.node(op, [g.constant(fixed), x as Value]) };
  });

const window = fc.record({
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 2 }),
  pad: fc.integer({ min: 0, max: 1 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 2 }),
  ceil: fc.boolean(),
});

const pool = (op: string): fc.Arbitrary<Shaped> =>
  window.map(({ kernel, stride, pad, dilation, channels, ceil }) => ({
    op,
    shapes: [[1, channels, 5, 6]],
    attributes: {
      kernel_shape: ints([kernel, 2]),
      strides: ints([stride, 1]),
      pads: ints(kernel > 1 ? [pad, 0, pad, pad] : [0, 0, 0, 0]),
      ...(op === 'MaxPool' && { dilations: ints([dilation, 1]), ceil_mode: int(Number(ceil)) }),
    },
  }));

const convolution = (op: 'Conv' | 'ConvTranspose'): fc.Arbitrary<Shaped> =>
  window.map(({ kernel, stride, pad, dilation, channels }) => ({
    op,
    shapes: [[1, 2 * channels, 5, 4]],
    attributes: {
      kernel_shape: ints([kernel, 1]),
      strides: ints([stride, 1]),
      dilations: ints([dilation, 1]),
      pads: ints(kernel > 1 ? [pad, 0, pad, 0] : [0, 0, 0, 0]),
      group: int(channels),
    },
    constants: [weights(op === 'Conv' ? [2 * channels, 2, kernel, 1] : [2 * channels, 2, kernel, 1], op), weights([2 * channels], 'bias')],
  }));

const reduction = (op: string): fc.Arbitrary<Shaped> =>
  fc.tuple(shape(2, 3), fc.boolean(), fc.boolean()).map(([dims, keep, last]) => ({
    op,
    shapes: [dims],
    constants: [int64s([last ? -1 : 1])],
    attributes: { keepdims: int(Number(keep)) },
  }));

const gate = (name: string, of: (g: Parameters<NonNullable<BoundCase['build']>>[0], x: Value) => Value): fc.Arbitrary<Shaped> =>
  shape().map((dims) => ({ op: name, shapes: [dims], range: [-4, 4], build: (g, [x]) => of(g, x as Value) }));

const plain: Readonly<Record<string, fc.Arbitrary<Shaped>>> = {
  Abs: unary('Abs'),
  Add: binary('Add'),
  Atan: unary('Atan'),
  AveragePool: pool('AveragePool'),
  Ceil: unary('Ceil'),
  Clip: fc.tuple(shape(), fc.boolean(), fc.boolean()).map(([dims, low, high]) => ({
    op: 'Clip',
    shapes: [dims],
    constants: [low ? floats([-0.5], []) : undefined, high ? floats([0.7], []) : undefined],
  })),
  Concat: shape(2, 3).map((dims) => ({ op: 'Concat', shapes: [dims, dims.with(1, 2)], attributes: { axis: int(1) } })),
  Conv: convolution('Conv'),
  ConvTranspose: convolution('ConvTranspose'),
  Cos: unary('Cos', [-20, 20]),
  CumSum: shape(2, 2).map((dims) => ({ op: 'CumSum', shapes: [dims], constants: [int64s([1], [])] })),
  DepthToSpace: fc.constantFrom('DCR', 'CRD').map((mode) => ({
    op: 'DepthToSpace',
    shapes: [[1, 4, 2, 2]],
    attributes: { blocksize: int(2), mode: str(mode) },
  })),
  Div: binary('Div', [0.5, 3]),
  Dropout: unary('Dropout'),
  Erf: unary('Erf'),
  Exp: unary('Exp', [-5, 5]),
  Expand: shape(1, 2).map((dims) => ({ op: 'Expand', shapes: [[1, 1, ...dims.slice(1)]], constants: [int64s([1, 3, ...dims.slice(1)])] })),
  Floor: unary('Floor'),
  Gather: shape(2, 2).map((dims) => ({ op: 'Gather', shapes: [dims], constants: [int64s([0, -1, 0])], attributes: { axis: int(1) } })),
  Gemm: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean()).map(([size, transB, both]) => ({
    op: 'Gemm',
    shapes: both ? [[1, size], transB ? [3, size] : [size, 3]] : [[1, size]],
    constants: both ? [weights([3], 'c')] : [weights(transB ? [3, size] : [size, 3], 'gemm'), weights([3], 'c')],
    attributes: { transB: int(Number(transB)), alpha: float(-0.5), beta: float(2) },
  })),
  HardSigmoid: shape().map((dims) => ({ op: 'HardSigmoid', shapes: [dims], attributes: { alpha: float(0.5), beta: float(0.4) } })),
  Identity: unary('Identity'),
  LeakyRelu: fc
    .tuple(shape(), fc.constantFrom(0.01, 0.3, -0.2, 1.5))
    .map(([dims, alpha]) => ({ op: 'LeakyRelu', shapes: [dims], attributes: { alpha: float(alpha) } })),
  Log: unary('Log', [0.1, 6]),
  LogSoftmax: shape(2, 2, 4).map((dims) => ({ op: 'LogSoftmax', shapes: [dims], attributes: { axis: int(-1) } })),
  MatMul: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('both', 'left', 'right')).map(([size, kind]) => {
    const base = { op: 'MatMul', shapes: [[1, 2, size]] };
    if (kind === 'both')
      return {
        ...base,
        shapes: [
          [1, 2, size],
          [1, size, 3],
        ],
      };
    if (kind === 'right') return { ...base, constants: [weights([size, 3], 'matmul')] };
    return { ...base, build: (g, [x]) => g.matmul(g.constant(weights([3, 2], 'matmul')), x as Value) };
  }),
  Max: binary('Max'),
  MaxPool: pool('MaxPool'),
  Min: binary('Min'),
  Mul: binary('Mul'),
  Neg: unary('Neg'),
  Pad: shape(2, 2).map((dims) => ({ op: 'Pad', shapes: [dims], constants: [int64s([0, 1, 0, 0, 0, 2]), floats([0.5], [])] })),
  Pow: fc.tuple(shape(), fc.constantFrom(1, 2, 3, 4, 5, 0.5, -1, -2)).map(([dims, power]) => ({
    op: 'Pow',
    shapes: [dims],
    constants: [floats([power], [])],
    ...((power === 0.5 || power < 0) && { range: [0.3, 3] as const }),
  })),
  Reciprocal: fc
    .tuple(shape(), fc.constantFrom([0.3, 3] as const, [-3, -0.3] as const, [-1, 1] as const))
    .map(([dims, range]) => ({ op: 'Reciprocal', shapes: [dims], range })),
  ReduceMax: reduction('ReduceMax'),
  ReduceMean: reduction('ReduceMean'),
  ReduceMin: reduction('ReduceMin'),
  ReduceSum: reduction('ReduceSum'),
  Relu: unary('Relu'),
  Reshape: shape(1, 2).map((dims) => ({ op: 'Reshape', shapes: [dims], constants: [int64s([1, -1, 1])] })),
  Resize: fc.constant({
    op: 'Resize',
    shapes: [[1, 2, 2, 3]],
    constants: [undefined, floats([1, 1, 2, 3], [4])],
    attributes: { mode: str('nearest'), coordinate_transformation_mode: str('asymmetric'), nearest_mode: str('floor') },
  }),
  Round: unary('Round'),
  ScatterND: fc.constantFrom('none', 'add').map((mode) => ({
    op: 'ScatterND',
    shapes: [[1, 3]],
    attributes: { reduction: str(mode) },
    build: (g, [x]) => {
      const rows = g.reshape(x as Value, [3, 1]);
      const updates = g.constant(floats([0.25], [1, 1]));
      return g.reshape(g.node('ScatterND', [rows, g.constant(int64s([1], [1, 1])), updates], { reduction: str(mode) }), [1, 3]);
    },
  })),
  Sigmoid: unary('Sigmoid', [-6, 6]),
  Sign: unary('Sign'),
  Sin: unary('Sin', [-20, 20]),
  Slice: shape(2, 2, 5).map((dims) => ({
    op: 'Slice',
    shapes: [dims],
    constants: [int64s([0]), int64s([dims[1] as number]), int64s([1]), int64s([2])],
  })),
  Softmax: shape(2, 2, 4).map((dims) => ({ op: 'Softmax', shapes: [dims], attributes: { axis: int(-1) } })),
  Softplus: unary('Softplus', [-8, 8]),
  Split: fc.constant({ op: 'Split', shapes: [[1, 5]], constants: [int64s([2, 3])], outputs: 2, attributes: { axis: int(1) } }),
  Sqrt: unary('Sqrt', [0.1, 6]),
  Sub: binary('Sub'),
  Tanh: unary('Tanh', [-6, 6]),
  Tile: shape(1, 2).map((dims) => ({ op: 'Tile', shapes: [dims], constants: [int64s(dims.map((_, i) => i + 1).with(0, 1))] })),
  Transpose: shape(2, 2).map((dims) => ({ op: 'Transpose', shapes: [dims], attributes: { perm: ints([0, 2, 1]) } })),
  Where: fc.tuple(shape(2, 2), fc.boolean()).map(([dims, both]) => ({
    op: 'Where',
    shapes: both ? [dims, dims] : [dims],
    build: (g, [x, other]) => {
      const condition = g.constant(
        bools(
          Array.from({ length: sizeOf(dims) }, (_, i) => i % 2 === 0),
          dims,
        ),
      );
      return g.where(condition, x as Value, other ?? g.constant(weights(dims, 'where')));
    },
  })),
};

const gates: Readonly<Record<string, fc.Arbitrary<Shaped>>> = {
  Gelu: gate('Gelu', (g, x) => {
    const erf = g.node('Erf', [g.div(x, g.scalar(Math.SQRT2, x))]);
    return g.mul(g.mul(x, g.add(erf, g.scalar(1, x))), g.scalar(0.5, x));
  }),
  'Gelu by tanh': gate('Gelu by tanh', (g, x) => {
    const cube = g.mul(g.mul(x, x), x);
    const inner = g.mul(g.add(x, g.mul(cube, g.scalar(0.044715, x))), g.scalar(Math.sqrt(2 / Math.PI), x));
    return g.mul(g.mul(x, g.scalar(0.5, x)), g.add(g.node('Tanh', [inner]), g.scalar(1, x)));
  }),
  Silu: gate('Silu', (g, x) => g.mul(x, g.node('Sigmoid', [x]))),
  HardSwish: gate('HardSwish', (g, x) => g.mul(x, g.node('HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) }))),
};

/** The name of an operator, or of a composite that has planes of its own. */
export const BOUND_CASES: Readonly<Record<string, fc.Arbitrary<BoundCase>>> = Object.fromEntries(
  Object.entries({ ...plain, ...gates }).map(([name, shaped]) => [
    name,
    fc.tuple(shaped, fc.constantFrom(...WIDTHS), fc.nat(1e6)).map(([test, width, seed]) => ({ ...test, width, seed })),
  ]),
);
