/** Fourier transforms, windows and the mel filter bank. */
import { int } from '../../../src/onnx/graph.ts';
import { floats, int64s } from '../../../src/onnx/tensor.ts';
import type { Lowered } from '../expect-lowering.ts';
import { positive } from './tensors.ts';

const count = (value: number): ReturnType<typeof int64s> => int64s([value], []);
const hertz = (value: number): ReturnType<typeof floats> => floats([value], []);

export const SIGNAL: readonly Lowered[] = [
  ...[1, 2].flatMap((parts): Lowered[] => [
    { op: 'DFT', opset: 17, inputs: [[2, 10, parts]] },
    { op: 'DFT', opset: 17, inputs: [[2, 5, 6, parts], count(9)], attributes: { axis: int(2) } },
    { op: 'DFT', opset: 20, inputs: [[2, 5, 6, parts], count(4), count(1)] },
    { op: 'DFT', opset: 20, inputs: [[2, 5, 6, parts]], attributes: { inverse: int(1) } },
  ]),
  { op: 'DFT', opset: 17, inputs: [[2, 9, 1]], attributes: { onesided: int(1) } },
  { op: 'DFT', opset: 20, inputs: [[2, 8, 1], undefined, count(1)], attributes: { onesided: int(1) } },
  { op: 'STFT', opset: 17, inputs: [[2, 40, 1], count(4), positive([12]), count(12)] },
  { op: 'STFT', opset: 17, inputs: [[1, 33, 1], count(5), undefined, count(8)], attributes: { onesided: int(0) } },
  { op: 'STFT', opset: 17, inputs: [[1, 33, 2], count(5), undefined, count(8)], attributes: { onesided: int(0) } },
  { op: 'STFT', opset: 17, inputs: [[1, 33, 1], count(5), positive([9])] },
  ...['HannWindow', 'HammingWindow', 'BlackmanWindow'].flatMap((op): Lowered[] => [
    { op, opset: 17, inputs: [count(10)] },
    { op, opset: 17, inputs: [count(9)], attributes: { periodic: int(0) } },
  ]),
  { op: 'MelWeightMatrix', opset: 17, inputs: [count(8), count(64), count(16000), hertz(20), hertz(8000)] },
  { op: 'MelWeightMatrix', opset: 17, inputs: [count(40), count(64), count(8192), hertz(0), hertz(4096)] },
];
