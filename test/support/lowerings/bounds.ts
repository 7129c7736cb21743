/** Bounds and fill values that the data decides; pools that reach over the end; sizes of nothing. */
import { int, ints } from '../../../src/onnx/graph.ts';
import { int64s } from '../../../src/onnx/tensor.ts';
import type { Lowered } from '../expect-lowering.ts';

const ceil = (kernel: readonly number[], strides: readonly number[], pads: readonly number[]): Lowered => ({
  op: 'MaxPool',
  opset: 22,
  inputs: [[1, 2, 7, 6]],
  attributes: { kernel_shape: ints(kernel), strides: ints(strides), pads: ints(pads), ceil_mode: int(1) },
});

export const BOUNDS: readonly Lowered[] = [
  { op: 'Clip', opset: 13, inputs: [[3, 4], [], undefined] },
  { op: 'Clip', opset: 12, inputs: [[3, 4], undefined, []] },
  { op: 'Clip', opset: 11, inputs: [[3, 4], [], []] },
  { op: 'Pad', opset: 13, inputs: [[2, 3], int64s([1, 0, 0, 2]), []] },
  { op: 'Pad', opset: 18, inputs: [[2, 3], int64s([1, -1]), [], int64s([1])] },
  ceil([2, 2], [2, 2], [0, 0, 0, 0]),
  ceil([3, 2], [2, 3], [1, 0, 1, 1]),
  ceil([1, 1], [2, 2], [0, 0, 0, 0]),
  { op: 'Reshape', opset: 14, inputs: [[0, 3, 4], int64s([3, 4, 0])], attributes: { allowzero: int(1) } },
];
