import { describe, it } from 'vitest';
import { expectGradient } from '../../test/support/expect-gradient.ts';
import { ints, int } from '../onnx/graph.ts';

describe('Conv', () => {
  it('has the gradient of a strided, padded, grouped convolution', () =>
    expectGradient({ op: 'Conv', attributes: { strides: ints([2, 1]), pads: ints([1, 0, 1, 1]), group: int(2) }, shapes: [[2, 4, 5, 4], [6, 2, 3, 2], [6]] }));
  it('has the gradient at stride 1, with extra cotangents', () =>
    expectGradient({ op: 'Conv', attributes: { pads: ints([1, 1, 1, 1]) }, shapes: [[2, 2, 4, 4], [3, 2, 3, 3], [3]], lead: 2 }));
});
