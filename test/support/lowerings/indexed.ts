/** Gathering and scattering at constant places and at places that are fed, sequences, and what depends on constants only. */
import { type Attributes, int, str } from '../../../src/onnx/graph.ts';
import { bools, int64s, type Tensor } from '../../../src/onnx/tensor.ts';
import type { Fed, Given, Lowered } from '../expect-lowering.ts';
import { signed, typed } from './tensors.ts';

const fed = (tensor: Tensor): Fed => ({ fed: tensor });
const x = [3, 4, 2];
/** The same case with constant places and with fed ones. */
const both = (places: Tensor, make: (places: Given) => Lowered): Lowered[] => [make(places), make(fed(places))];
/** Distinct places of [2, 4, 2] along axis 0 of x. */
const elements = int64s(
  Array.from({ length: 16 }, (_, i) => [0, 2][(i + (i >> 3)) % 2] as number),
  [2, 4, 2],
);
const repeated = int64s(
  Array.from({ length: 16 }, (_, i) => (i % 3) - 1),
  [2, 4, 2],
);
const rows = int64s([2, 1, 0, -1, 1, 0], [3, 2]);
const repeatedRows = int64s([2, 1, 2, 1, 0, 3, -1, 1], [4, 2]);
const REDUCTIONS = ['add', 'mul', 'max', 'min'];
const reduction = (name: string): Attributes => ({ reduction: str(name) });

export const INDEXED: readonly Lowered[] = [
  ...both(elements, (places) => ({ op: 'GatherElements', opset: 11, inputs: [x, places] })),
  ...both(int64s([0, -1, 1, 1, 0, -2], [3, 2, 1]), (places) => ({
    op: 'GatherElements',
    opset: 13,
    inputs: [x, places],
    attributes: { axis: int(-1) },
  })),
  { op: 'GatherElements', opset: 13, inputs: [x, fed(typed('int32', Int32Array.of(0, 3), [1, 2, 1]))], attributes: { axis: int(1) } },
  ...both(rows, (places) => ({ op: 'GatherND', opset: 11, inputs: [x, places] })),
  ...both(int64s([1, -1, 0], [3, 1]), (places) => ({ op: 'GatherND', opset: 12, inputs: [x, places], attributes: { batch_dims: int(1) } })),
  ...both(int64s([1, 0, 3, 2, 0, 0], [3, 2, 1]), (places) => ({
    op: 'GatherND',
    opset: 13,
    inputs: [x, places],
    attributes: { batch_dims: int(1) },
  })),
  {
    op: 'GatherND',
    opset: 13,
    inputs: [fed(typed('int64', BigInt64Array.of(1n, 2n, 3n), [3])), int64s([[2], [0]].flat(), [2, 1])],
    types: ['int64'],
  },
  ...both(elements, (places) => ({ op: 'Scatter', opset: 9, inputs: [x, places, signed([2, 4, 2])] })),
  ...both(elements, (places) => ({ op: 'ScatterElements', opset: 11, inputs: [x, places, [2, 4, 2]] })),
  ...both(int64s([1, -1], [2, 1, 1]), (places) => ({
    op: 'ScatterElements',
    opset: 13,
    inputs: [x, places, [2, 1, 1]],
    attributes: { axis: int(1) },
  })),
  ...REDUCTIONS.flatMap((name) =>
    both(repeated, (places) => ({ op: 'ScatterElements', opset: 18, inputs: [x, places, [2, 4, 2]], attributes: reduction(name) })),
  ),
  { op: 'ScatterElements', opset: 16, inputs: [x, repeated, [2, 4, 2]], attributes: reduction('add') },
  ...both(rows, (places) => ({ op: 'ScatterND', opset: 11, inputs: [x, places, [3, 2]] })),
  ...both(int64s([1], [1]), (places) => ({ op: 'ScatterND', opset: 13, inputs: [x, places, [4, 2]] })),
  ...REDUCTIONS.flatMap((name) =>
    both(repeatedRows, (places) => ({ op: 'ScatterND', opset: 18, inputs: [x, places, [4, 2]], attributes: reduction(name) })),
  ),
  ...both(int64s([1, 4, 2]), (lens) => ({ op: 'ReverseSequence', opset: 10, inputs: [[4, 3, 2], lens] })),
  ...both(int64s([1, 4, 2]), (lens) => ({
    op: 'ReverseSequence',
    opset: 10,
    inputs: [[3, 4], lens],
    attributes: { time_axis: int(1), batch_axis: int(0) },
  })),
  { op: 'Compress', opset: 9, inputs: [x, bools([true, false, true])], attributes: { axis: int(1) } },
  { op: 'Compress', opset: 11, inputs: [x, bools([true, false, true, false, true])] },
  { op: 'NonZero', opset: 13, inputs: [typed('int64', BigInt64Array.of(1n, 0n, 0n, -2n, 5n, 0n), [2, 3])], types: ['int64'] },
];
