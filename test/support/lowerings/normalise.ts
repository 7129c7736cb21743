/** Normalisations and Lp pools, opset by opset. */
import { float, int, ints, str } from '../../../src/onnx/graph.ts';
import type { Lowered } from '../expect-lowering.ts';
import { positive, signed, zeros } from './tensors.ts';

const x = [2, 4, 5];
const image = [2, 6, 4, 3];

export const NORMALISATIONS: readonly Lowered[] = [
  { op: 'LayerNormalization', opset: 17, inputs: [x, signed([2, 4, 5])], attributes: { axis: int(0), epsilon: float(0.1) }, outputs: 3 },
  { op: 'LayerNormalization', opset: 17, inputs: [x, signed([4, 5]), signed([4, 5])], attributes: { axis: int(-2), stash_type: int(1) } },
  { op: 'LayerNormalization', opset: 12, inputs: [x, signed([5]), signed([5])] },
  { op: 'LayerNormalization', opset: 21, inputs: [x, signed([5])], outputs: 2 },
  { op: 'SimplifiedLayerNormalization', opset: 13, inputs: [x, signed([5])], attributes: { epsilon: float(1e-6) }, outputs: 2 },
  { op: 'RMSNormalization', opset: 23, inputs: [x, signed([5])] },
  { op: 'RMSNormalization', opset: 23, inputs: [x, signed([4, 5])], attributes: { axis: int(1), epsilon: float(0.01) } },
  { op: 'GroupNormalization', opset: 18, inputs: [image, signed([3]), signed([3])], attributes: { num_groups: int(3) } },
  {
    op: 'GroupNormalization',
    opset: 21,
    inputs: [image, signed([6]), signed([6])],
    attributes: { num_groups: int(3), epsilon: float(0.1) },
  },
  { op: 'GroupNormalization', opset: 21, inputs: [[2, 4, 3], signed([4]), signed([4])], attributes: { num_groups: int(1) } },
  { op: 'InstanceNormalization', opset: 6, inputs: [[2, 3, 2, 2, 3], signed([3]), signed([3])] },
  { op: 'LpNormalization', opset: 7, inputs: [x] },
  { op: 'LpNormalization', opset: 22, inputs: [x], attributes: { p: int(1), axis: int(1) } },
  { op: 'LpNormalization', opset: 7, inputs: [zeros([2, 3])] },
  { op: 'MeanVarianceNormalization', opset: 9, inputs: [image] },
  { op: 'MeanVarianceNormalization', opset: 13, inputs: [image], attributes: { axes: ints([2, 3]) } },
  { op: 'LRN', opset: 7, inputs: [image], attributes: { size: int(3) } },
  { op: 'LRN', opset: 13, inputs: [image], attributes: { size: int(5), alpha: float(0.3), beta: float(0.5), bias: float(2) } },
  { op: 'LpPool', opset: 7, inputs: [image], attributes: { kernel_shape: ints([2, 2]) } },
  {
    op: 'LpPool',
    opset: 11,
    inputs: [image],
    attributes: { kernel_shape: ints([3, 2]), strides: ints([2, 1]), pads: ints([1, 0, 1, 1]), p: int(3) },
  },
  { op: 'LpPool', opset: 11, inputs: [image], attributes: { kernel_shape: ints([3, 2]), auto_pad: str('SAME_UPPER'), p: int(1) } },
  {
    op: 'LpPool',
    opset: 18,
    inputs: [image],
    attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]), dilations: ints([2, 1]), ceil_mode: int(1) },
  },
  { op: 'LpPool', opset: 22, inputs: [[1, 2, 9]], attributes: { kernel_shape: ints([3]), strides: ints([2]) } },
  { op: 'GlobalLpPool', opset: 7, inputs: [image] },
  { op: 'GlobalLpPool', opset: 7, inputs: [image], attributes: { p: int(1) } },
  { op: 'GlobalLpPool', opset: 2, inputs: [x], attributes: { p: int(3) } },
  ...[7, 8, 9, 14, 15].map(
    (opset): Lowered => ({ op: 'BatchNormalization', opset, inputs: [image, signed([6]), signed([6]), signed([6]), positive([6])] }),
  ),
  {
    op: 'BatchNormalization',
    opset: 7,
    inputs: [x, signed([4, 5]), signed([4, 5], 2), signed([4, 5], 3), positive([4, 5])],
    attributes: { spatial: int(0) },
  },
];

const equation = (text: string, ...inputs: readonly (readonly number[])[]): Lowered => ({
  op: 'Einsum',
  opset: 12,
  inputs,
  attributes: { equation: str(text) },
});

export const EINSUMS: readonly Lowered[] = [
  equation('ij->ji', [2, 3]),
  equation('ij', [2, 3]),
  equation('ji', [2, 3]),
  equation('ij->', [2, 3]),
  equation('ii->i', [3, 3]),
  equation('ii', [3, 3]),
  equation('...ii->...i', [2, 3, 3]),
  equation('iji->j', [3, 2, 3]),
  equation('ij,jk->ik', [2, 3], [3, 4]),
  equation('ij,jk', [2, 3], [3, 4]),
  equation('b i d , b j d -> b i j', [2, 3, 4], [2, 5, 4]),
  equation('bhid,bhjd->bhij', [2, 2, 3, 4], [2, 2, 5, 4]),
  equation('bhij,bhjd->bhid', [2, 2, 3, 5], [2, 2, 5, 4]),
  equation('...ij,...jk->...ik', [2, 1, 3, 4], [1, 5, 4, 2]),
  equation('...,...->...', [2, 1, 3], [1, 4, 3]),
  equation('i,j->ij', [3], [4]),
  equation('i,i->', [3], [3]),
  equation('ij,ij->i', [2, 3], [2, 3]),
  equation('ij,kl->ik', [2, 3], [4, 2]),
  equation('bn,anm,bm->ba', [2, 3], [5, 3, 4], [2, 4]),
  equation('ab,bc,cd->ad', [2, 3], [3, 4], [4, 5]),
  equation('nhwc,co->nhwo', [2, 3, 2, 4], [4, 5]),
  equation('aBc,cD->aBD', [2, 3, 4], [4, 5]),
];
