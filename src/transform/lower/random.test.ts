/** Attention and normalisations of random shapes and attributes against ONNX Runtime. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectLowering, type Given, type Lowered } from '../../../test/support/expect-lowering.ts';
import { signed } from '../../../test/support/lowerings/tensors.ts';
import { type Attributes, float, int, ints, str } from '../../onnx/graph.ts';
import { bools } from '../../onnx/tensor.ts';

const upTo = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });

/** Which query sees which key; some queries see none. */
const seen = (queries: number, keys: number, seed: number): Given => ({
  fed: bools(
    Array.from({ length: queries * keys }, (_, i) => Math.sin(seed + 5 * i) > -0.2 && (seed % 3 > 0 || i >= keys)),
    [queries, keys],
  ),
});

const attentions = fc
  .record({
    batch: upTo(2),
    keyHeads: upTo(2),
    group: upTo(3),
    queries: upTo(4),
    keys: upTo(5),
    past: upTo(3, 0),
    size: upTo(4),
    valueSize: upTo(3),
    flat: fc.boolean(),
    causal: fc.boolean(),
    softcap: fc.constantFrom(0, 1.5),
    mask: fc.constantFrom('none', 'float', 'bool'),
    seed: upTo(9, 0),
  })
  .map(({ batch, keyHeads, group, queries, keys: given, past, size, valueSize, flat, causal, softcap, mask, seed }): Lowered => {
    const heads = keyHeads * group;
    const port = (count: number, length: number, width: number): Given =>
      flat ? [batch, length, count * width] : [batch, count, length, width];
    // With fewer queries than new keys behind a past, ONNX Runtime's causal order is not the operator's.
    const keys = causal && past > 0 ? queries : given;
    const total = keys + past;
    const bias = mask === 'float' ? [queries, total] : mask === 'bool' ? seen(queries, total, seed) : undefined;
    const before: Given[] =
      past > 0
        ? [
            [batch, keyHeads, past, size],
            [batch, keyHeads, past, valueSize],
          ]
        : [];
    const attributes: Attributes = {
      is_causal: int(Number(causal)),
      softcap: float(softcap),
      ...(flat && { q_num_heads: int(heads), kv_num_heads: int(keyHeads) }),
    };
    const inputs = [port(heads, queries, size), port(keyHeads, keys, size), port(keyHeads, keys, valueSize), bias, ...before];
    return { op: 'Attention', opset: 23, inputs, attributes, outputs: past > 0 ? 3 : 1 };
  });

const shape = fc.array(upTo(4, 2), { minLength: 2, maxLength: 4 });
const epsilon = fc.constantFrom(1e-5, 0.1).map((value) => ({ epsilon: float(value) }));

const normalisations = fc
  .record({ dims: shape, given: epsilon, axis: fc.nat(3), bias: fc.boolean(), kind: upTo(4) })
  .map(({ dims, given, axis, bias, kind }): Lowered => {
    const at = axis % dims.length;
    const own = dims.slice(at);
    const channels = dims[1] as number;
    if (kind === 1) {
      const inputs = [dims, signed(own), ...(bias ? [signed(own, 2)] : [])];
      return { op: 'LayerNormalization', opset: 17, inputs, attributes: { ...given, axis: int(at) }, outputs: 3 };
    }
    if (kind === 2) return { op: 'RMSNormalization', opset: 23, inputs: [dims, signed(own)], attributes: { ...given, axis: int(at) } };
    if (kind === 3 && dims.length > 2) {
      const groups = channels % 2 === 0 && bias ? 2 : channels;
      const inputs = [dims, signed([channels]), signed([channels], 2)];
      return { op: 'GroupNormalization', opset: 21, inputs, attributes: { ...given, num_groups: int(groups) } };
    }
    return { op: 'LpNormalization', opset: 22, inputs: [dims], attributes: { axis: int(at), p: int(bias ? 1 : 2) } };
  });

const pools = fc
  .record({
    size: upTo(8, 4),
    kernel: upTo(3),
    stride: upTo(3),
    dilation: upTo(2),
    pad: fc.nat(1),
    ceil: fc.boolean(),
    p: upTo(3),
    auto: fc.constantFrom('NOTSET', 'SAME_UPPER', 'VALID'),
  })
  .filter(({ kernel, dilation, auto }) => kernel > 1 && (auto === 'NOTSET' || dilation === 1))
  .map(
    ({ size, kernel, stride, dilation, pad, ceil, p, auto }): Lowered => ({
      op: 'LpPool',
      opset: 18,
      inputs: [[1, 2, size, size]],
      attributes: {
        kernel_shape: ints([kernel, kernel]),
        strides: ints([stride, 1]),
        p: int(p),
        ...(auto === 'NOTSET'
          ? { pads: ints([pad, 0, 0, pad]), dilations: ints([dilation, 1]), ceil_mode: int(Number(ceil)) }
          : { auto_pad: str(auto) }),
      },
    }),
  );

describe.each([
  ['Attention', attentions, 60],
  ['normalisations', normalisations, 40],
  ['LpPool', pools, 40],
] as const)('%s', (_, cases, numRuns) => {
  it('return what ONNX Runtime returns, at random', () =>
    fc.assert(fc.asyncProperty(cases, expectLowering), { numRuns, seed: 20260303, endOnFailure: true }));
});
