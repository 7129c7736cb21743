/** Grid samples, affine grids, indices of maxima, windows put back, crops. */
import { type Attributes, int, ints, str } from '../../../src/onnx/graph.ts';
import { floats, int64s, sizeOf, type Tensor } from '../../../src/onnx/tensor.ts';
import type { Lowered } from '../expect-lowering.ts';

const image = [2, 2, 4, 5];
/** Places in and around [−1, 1], none half way between pixels. */
const places = (shape: readonly number[]): Tensor =>
  floats(
    Array.from({ length: sizeOf(shape) }, (_, i) => 1.7 * Math.sin(2.3 * i + 0.4)),
    shape,
  );
const PADDINGS = ['zeros', 'border', 'reflection'];
const sampled = (opset: number, mode: string, attributes: Attributes = {}): Lowered => ({
  op: 'GridSample',
  opset,
  inputs: [image, { fed: places([2, 3, 4, 2]) }],
  attributes: { mode: str(mode), ...attributes },
});
const pool = (attributes: Attributes): Lowered => ({
  op: 'MaxPool',
  opset: 12,
  inputs: [image],
  outputs: 2,
  types: ['float32', 'int64'],
  attributes: { kernel_shape: ints([2, 3]), ...attributes },
});

export const WINDOWS: readonly Lowered[] = [
  ...[0, 1].flatMap((corners) =>
    PADDINGS.flatMap((padding) => [
      ...['bilinear', 'nearest'].map((mode) => sampled(16, mode, { padding_mode: str(padding), align_corners: int(corners) })),
      ...['linear', 'nearest'].map((mode) => sampled(20, mode, { padding_mode: str(padding), align_corners: int(corners) })),
      ...(padding === 'reflection' ? [] : [sampled(16, 'bicubic', { padding_mode: str(padding), align_corners: int(corners) })]),
    ]),
  ),
  { op: 'GridSample', opset: 20, inputs: [[1, 2, 3, 4, 2], places([1, 2, 2, 3, 3])], attributes: { mode: str('linear') } },
  ...[0, 1].flatMap((corners): Lowered[] => [
    { op: 'AffineGrid', opset: 20, inputs: [[2, 2, 3], int64s([2, 3, 4, 5])], attributes: { align_corners: int(corners) } },
    { op: 'AffineGrid', opset: 20, inputs: [[1, 3, 4], int64s([1, 3, 2, 4, 5])], attributes: { align_corners: int(corners) } },
  ]),
  pool({ strides: ints([2, 2]) }),
  pool({ strides: ints([2, 1]), pads: ints([1, 1, 0, 1]), storage_order: int(1) }),
  pool({ strides: ints([2, 2]), dilations: ints([2, 1]), ceil_mode: int(1) }),
  {
    op: 'MaxPool',
    opset: 8,
    inputs: [[1, 2, 7]],
    outputs: 2,
    types: ['float32', 'int64'],
    attributes: { kernel_shape: ints([3]), pads: ints([1, 1]) },
  },
  ...[undefined, int64s([1, 1, 5, 5])].map(
    (shape): Lowered => ({
      op: 'MaxUnpool',
      opset: shape ? 11 : 9,
      inputs: shape ? [[1, 1, 2, 2], int64s([5, 7, 13, 15], [1, 1, 2, 2]), shape] : [[1, 1, 2, 2], int64s([5, 7, 13, 15], [1, 1, 2, 2])],
      attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
    }),
  ),
  {
    op: 'Col2Im',
    opset: 18,
    inputs: [[2, 3 * 6, 12], int64s([4, 5]), int64s([2, 3])],
    attributes: { strides: ints([1, 2]), pads: ints([0, 1, 1, 1]) },
  },
  // ONNX Runtime 1.30 puts the second channel of one-dimensional windows in the wrong place.
  { op: 'Col2Im', opset: 18, inputs: [[1, 3, 3], int64s([7]), int64s([3])], attributes: { dilations: ints([2]) } },
  { op: 'CenterCropPad', opset: 18, inputs: [[5, 4, 3], int64s([2, 7, 4])] },
  { op: 'CenterCropPad', opset: 18, inputs: [[5, 4, 3], int64s([8, 2])], attributes: { axes: ints([0, -1]) } },
  { op: 'SpaceToDepth', opset: 13, inputs: [[2, 3, 4, 6]], attributes: { blocksize: int(2) } },
];
