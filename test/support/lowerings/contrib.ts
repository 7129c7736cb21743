/** ONNX Runtime's own operators. */
import { type Attributes, float, int, ints, str } from '../../../src/onnx/graph.ts';
import type { Given, Lowered } from '../expect-lowering.ts';
import { signed, typed } from './tensors.ts';

const contrib = (op: string, inputs: readonly Given[], attributes: Attributes = {}, more: Partial<Lowered> = {}): Lowered => ({
  op,
  domain: 'com.microsoft',
  opset: 1,
  inputs,
  attributes,
  ...more,
});

const int32 = (values: readonly number[], shape: readonly number[]): Given => ({ fed: typed('int32', Int32Array.from(values), shape) });

const x = [2, 3, 8];

const PRODUCTS: readonly Lowered[] = [
  contrib('FusedMatMul', [[2, 3, 4], signed([4, 5])], { alpha: float(0.3) }),
  contrib('FusedMatMul', [[2, 4, 3], signed([2, 5, 4])], { transA: int(1), transB: int(1) }),
  contrib('FusedMatMul', [[3, 2, 4], signed([2, 4, 5])], { transBatchA: int(1) }),
  contrib('FusedMatMul', [[3, 2, 6, 4], signed([4, 2, 6, 5])], { transBatchA: int(1), transBatchB: int(1) }),
  ...(
    [
      ['Relu', []],
      ['Sigmoid', []],
      ['Tanh', []],
      ['LeakyRelu', [0.2]],
      ['Clip', [-0.5, 0.5]],
      ['HardSigmoid', [0.3, 0.4]],
    ] as const
  ).map(([name, parameters]) =>
    contrib('FusedConv', [[1, 2, 5, 5], signed([3, 2, 3, 3]), signed([3])], {
      activation: str(name),
      ...(parameters.length > 0 && { activation_params: { kind: 'floats' as const, value: parameters } }),
      pads: ints([1, 1, 1, 1]),
    }),
  ),
  contrib('FusedConv', [[1, 2, 5, 5], signed([3, 2, 3, 3]), signed([3]), [1, 3, 3, 3]], { activation: str('Relu') }),
  contrib('FusedConv', [[1, 2, 5, 5], signed([3, 2, 3, 3])]),
];

const GELUS: readonly Lowered[] = [contrib('BiasGelu', [x, signed([8])]), contrib('FastGelu', [x, signed([8])]), contrib('FastGelu', [x])];

const NORMALISED: readonly Lowered[] = [
  contrib('SkipLayerNormalization', [x, x, signed([8]), signed([8]), signed([8], 5)], { epsilon: float(1e-5) }),
  contrib('SkipLayerNormalization', [x, x, signed([8])]),
  contrib('SkipLayerNormalization', [x, [1, 3, 8], signed([8]), signed([8])], { epsilon: float(1e-5) }),
  contrib('SkipLayerNormalization', [x, [3, 8], signed([8]), signed([8])], { epsilon: float(1e-5) }),
  ...[
    [int32([0, 1, 1, 0, 0, 1], [2, 3]), undefined, undefined],
    [int32([0, 1, 1, 0, 0, 1], [2, 3]), int32([1, 1, 0, 1, 1, 1], [2, 3]), undefined],
    [undefined, undefined, int32([2, 0, 1, 3, 3, 2], [2, 3])],
  ].map(([segments, mask, places]) =>
    contrib(
      'EmbedLayerNormalization',
      [
        int32([1, 4, 0, 2, 2, 3], [2, 3]),
        segments,
        [5, 8],
        [4, 8],
        segments && [2, 8],
        signed([8]),
        signed([8], 2),
        ...(mask || places ? [mask, places] : []),
      ],
      { epsilon: float(1e-5) },
      { outputs: 3, types: ['float32', 'int32'] },
    ),
  ),
];

const fused = (inputs: readonly Given[], attributes: Attributes = {}, more: Partial<Lowered> = {}): Lowered =>
  contrib('Attention', [x, signed([8, 24]), signed([24], 3), ...inputs], { num_heads: int(2), ...attributes }, more);

const FUSED: readonly Lowered[] = [
  fused([]),
  fused([], { scale: float(0.9) }),
  fused([], { unidirectional: int(1) }),
  fused([int32([3, 2], [2])]),
  fused([int32([3, 2, 1, 0], [4])]),
  fused([int32([1, 1, 0, 1, 0, 1], [2, 3])], { mask_filter_value: float(-5) }),
  fused([int32([1, 1, 0, 1, 0, 1], [2, 3])], { unidirectional: int(1) }),
  fused([int32([1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1], [2, 3, 3])]),
  fused([undefined, undefined, [2, 2, 3, 3]]),
  fused([undefined, [2, 2, 2, 5, 4]], { unidirectional: int(1) }, { outputs: 2 }),
  contrib('Attention', [x, signed([8, 20]), signed([20])], { num_heads: int(2), qkv_hidden_sizes: ints([6, 6, 8]) }),
];

const multi = (inputs: readonly Given[], attributes: Attributes = {}, more: Partial<Lowered> = {}): Lowered =>
  contrib('MultiHeadAttention', inputs, { num_heads: int(2), ...attributes }, more);

const MULTI: readonly Lowered[] = [
  multi([x, [2, 5, 8], [2, 5, 8]]),
  multi([x, [2, 5, 8], [2, 5, 12], signed([28])], { scale: float(0.4) }),
  multi([x, x, x, undefined], { unidirectional: int(1) }),
  multi([x, [2, 5, 8], [2, 5, 8], undefined, int32([1, 1, 1, 0, 0, 1, 1, 0, 1, 1], [2, 5])]),
  multi([x, [2, 5, 8], [2, 5, 8], undefined, int32([4, 2], [2])]),
  multi([x, [2, 5, 8], [2, 5, 8], undefined, undefined, [1, 2, 3, 5]]),
  multi([x, [2, 2, 5, 4], [2, 2, 5, 4]]),
  multi([x, x, x, signed([24]), undefined, undefined, [2, 2, 4, 4], [2, 2, 4, 4]], {}, { outputs: 3 }),
];

export const CONTRIB: readonly Lowered[] = [...PRODUCTS, ...GELUS, ...NORMALISED, ...FUSED, ...MULTI];
