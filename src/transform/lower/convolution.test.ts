/** Convolutions and pools of one to three dimensions with random attributes, against ONNX Runtime on the original. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectLowering, type Lowered } from '../../../test/support/expect-lowering.ts';
import { signed } from '../../../test/support/lowerings/tensors.ts';
import { type Attributes, int, ints, str } from '../../onnx/graph.ts';

interface Sliding {
  readonly sizes: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly auto: string;
}

const AUTO = ['NOTSET', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'];

/** Windows that fit their inputs, in one to three dimensions. */
const sliding: fc.Arbitrary<Sliding> = fc
  .tuple(
    fc.array(
      fc.record({
        size: fc.integer({ min: 5, max: 8 }),
        kernel: fc.integer({ min: 1, max: 3 }),
        stride: fc.integer({ min: 1, max: 3 }),
        dilation: fc.integer({ min: 1, max: 2 }),
        begin: fc.nat(2),
        end: fc.nat(2),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    fc.constantFrom(...AUTO),
  )
  .map(([axes, auto]) => ({
    sizes: axes.map(({ size }) => size),
    kernel: axes.map(({ kernel }) => kernel),
    strides: axes.map(({ stride }) => stride),
    // ONNX Runtime pads as if there were no gaps when it pads by itself.
    dilations: axes.map(({ dilation }) => (auto === 'NOTSET' || auto === 'VALID' ? dilation : 1)),
    // A pool's padding must be smaller than its kernel.
    pads: [...axes.map(({ begin, kernel }) => Math.min(begin, kernel - 1)), ...axes.map(({ end, kernel }) => Math.min(end, kernel - 1))],
    auto,
  }));

const attributesOf = ({ kernel, strides, dilations, pads, auto }: Sliding): Attributes => ({
  kernel_shape: ints(kernel),
  strides: ints(strides),
  ...(dilations.some((d) => d > 1) ? { dilations: ints(dilations) } : {}),
  ...(auto === 'NOTSET' ? { pads: ints(pads) } : { auto_pad: str(auto) }),
});

const convolution = fc
  .record({
    window: sliding,
    group: fc.constantFrom(1, 2, 4),
    op: fc.constantFrom('Conv', 'ConvTranspose'),
    opset: fc.constantFrom(7, 11, 22),
    bias: fc.boolean(),
  })
  .map(({ window, group, op, opset, bias }): Lowered => {
    const weights = [4, op === 'Conv' ? 4 / group : 2, ...window.kernel];
    const channels = op === 'Conv' ? 4 : 2 * group;
    return {
      op,
      opset,
      inputs: [[2, 4, ...window.sizes], signed(weights), ...(bias ? [signed([channels])] : [])],
      attributes: { ...attributesOf(window), group: int(group) },
    };
  });

const pool = fc
  .record({
    window: sliding,
    op: fc.constantFrom('MaxPool', 'AveragePool'),
    opset: fc.constantFrom(10, 12, 19, 22),
    ceil: fc.nat(1),
    counts: fc.nat(1),
  })
  .map(({ window, op, opset, ceil, counts }): Lowered => {
    // Where the stride passes the kernel ONNX Runtime does not pad by itself: maxima are refused, averages (opset 19) begin inside the input.
    const strides = window.strides.map((stride, i) =>
      window.auto.startsWith('SAME') ? Math.min(stride, window.kernel[i] as number) : stride,
    );
    const { dilations, ...attributes } = attributesOf({ ...window, strides });
    return {
      op,
      opset,
      inputs: [[2, 3, ...window.sizes]],
      attributes: {
        ...attributes,
        // Gaps came to averages with opset 19.
        ...(dilations && (op === 'MaxPool' || opset >= 19) ? { dilations } : {}),
        ceil_mode: int(ceil),
        ...(op === 'AveragePool' ? { count_include_pad: int(counts) } : {}),
      },
    };
  });

const check = (cases: fc.Arbitrary<Lowered>, runs: number): Promise<void> =>
  fc.assert(fc.asyncProperty(cases, expectLowering), { numRuns: runs, seed: 20260101, endOnFailure: true });

describe('random windows', () => {
  it('convolve as in ONNX Runtime', () => check(convolution, 150));
  it('pool as in ONNX Runtime', () => check(pool, 150));
});
