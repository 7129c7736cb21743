/** Losses that a model may be exported with. */
import { type Attributes, int, str } from '../../../src/onnx/graph.ts';
import { floats, int64s } from '../../../src/onnx/tensor.ts';
import type { Lowered } from '../expect-lowering.ts';

const LABELS = int64s([2, 0, 1, 2, 1, 0], [2, 3]);
const WEIGHTS = floats([0.5, 1, 2], [3]);

const REDUCTIONS: readonly Attributes[] = ['none', 'sum', 'mean'].flatMap((reduction) => [
  { reduction: str(reduction) },
  { reduction: str(reduction), ignore_index: int(1) },
]);

const FLAGS = [0, 1].flatMap((reverse) => [0, 1].map((exclusive): Attributes => ({ reverse: int(reverse), exclusive: int(exclusive) })));

/** Products of growing length. */
export const PRODUCTS: readonly Lowered[] = FLAGS.flatMap((attributes): Lowered[] => [
  { op: 'CumProd', opset: 26, inputs: [[2, 7], int64s([1], [])], attributes },
  { op: 'CumProd', opset: 26, inputs: [[5, 3], int64s([-2], [])], attributes },
]);

export const LOSSES: readonly Lowered[] = ['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'].flatMap((op) =>
  REDUCTIONS.flatMap((attributes): Lowered[] => [
    { op, opset: 13, inputs: [[3, 4], int64s([3, 1, 0])], attributes },
    { op, opset: 12, inputs: [[2, 3, 3], LABELS, WEIGHTS], attributes, ...(op.startsWith('Soft') && { outputs: 2 }) },
  ]),
);
