/** Attention and what belongs to it, opset by opset. */
import { float, int } from '../../../src/onnx/graph.ts';
import { floats, int64s } from '../../../src/onnx/tensor.ts';
import type { Given, Lowered } from '../expect-lowering.ts';
import { signed, typed } from './tensors.ts';

const flags = (bits: readonly number[], shape: readonly number[]): Given => ({
  fed: typed('bool', Uint8Array.from(bits), shape),
});

const q4 = [2, 4, 3, 6];
const k4 = [2, 4, 5, 6];
const v4 = [2, 4, 5, 7];
const attention = (inputs: readonly Given[], attributes: Lowered['attributes'] = {}, more: Partial<Lowered> = {}): Lowered => ({
  op: 'Attention',
  opset: 23,
  inputs,
  attributes,
  ...more,
});

const HIDDEN = Number.NEGATIVE_INFINITY;
/** The second query sees nothing. */
const INFINITE = floats([0, HIDDEN, 1, 0.5, HIDDEN, ...Array<number>(5).fill(HIDDEN), 0, 0, 0, 0, HIDDEN], [3, 5]);

const ATTENTIONS: readonly Lowered[] = [
  attention([q4, k4, v4]),
  attention([q4, k4, v4], { scale: float(0.3), softcap: float(2) }),
  attention([q4, k4, v4], { is_causal: int(1) }),
  attention([q4, [2, 2, 5, 6], [2, 2, 5, 7]]),
  attention([q4, [2, 1, 5, 6], [2, 1, 5, 7]], { is_causal: int(1) }),
  attention(
    [
      [2, 3, 24],
      [2, 5, 24],
      [2, 5, 28],
    ],
    { q_num_heads: int(4), kv_num_heads: int(4) },
  ),
  attention(
    [
      [2, 3, 24],
      [2, 5, 12],
      [2, 5, 14],
    ],
    { q_num_heads: int(4), kv_num_heads: int(2) },
  ),
  attention([q4, k4, v4, [3, 5]]),
  attention([q4, k4, v4, [2, 1, 3, 5]], { is_causal: int(1), softcap: float(1) }),
  attention([q4, k4, v4, [2, 4, 3, 5]]),
  attention([q4, k4, v4, INFINITE]),
  attention([q4, k4, v4, flags([1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0], [3, 5])]),
  attention([q4, k4, v4, flags([1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 5])]),
  attention([q4, [2, 4, 2, 6], [2, 4, 2, 7], undefined, [2, 4, 3, 6], [2, 4, 3, 7]], { is_causal: int(1) }, { outputs: 3 }),
  ...[0, 1, 2, 3].map((mode) => attention([q4, k4, v4, [3, 5]], { softcap: float(2), qk_matmul_output_mode: int(mode) }, { outputs: 4 })),
  attention([q4, k4, v4, undefined, undefined, undefined, { fed: int64s([5, 3]) }], {}, { opset: 24 }),
  attention([q4, k4, v4, undefined, undefined, undefined, { fed: int64s([5, 2]) }], { is_causal: int(1) }, { opset: 24 }),
];

const rotary = (inputs: readonly Given[], attributes: Lowered['attributes'] = {}): Lowered => ({
  op: 'RotaryEmbedding',
  opset: 23,
  inputs,
  attributes,
});
const ids = int64s([0, 3, 1, 2, 2, 4], [2, 3]);

const ROTARY: readonly Lowered[] = [
  rotary([[2, 4, 3, 6], signed([5, 3]), signed([5, 3], 2), ids]),
  rotary([[2, 4, 3, 6], signed([5, 3]), signed([5, 3], 2), { fed: ids }], { interleaved: int(1) }),
  rotary([[2, 4, 3, 6], signed([2, 3, 3]), signed([2, 3, 3], 2)]),
  rotary([[2, 3, 24], signed([5, 3]), signed([5, 3], 2), ids], { num_heads: int(4) }),
  rotary([[2, 4, 3, 6], signed([5, 2]), signed([5, 2], 2), ids], { rotary_embedding_dim: int(4), num_heads: int(4) }),
];

export const ATTENTION: readonly Lowered[] = [...ATTENTIONS, ...ROTARY];
