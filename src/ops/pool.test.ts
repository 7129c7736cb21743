/** Gradients of MaxPool and AveragePool: overlap, gaps, pads, dilations, ceil mode. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Case, expectGradient, expectGradients } from '../../test/support/expect-gradient.ts';
import { type Attributes, int, ints, str } from '../onnx/graph.ts';

const axis = fc
  .record({
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    begin: fc.nat(2),
    end: fc.nat(2),
    more: fc.nat(4),
  })
  // ONNX Runtime refuses pads as large as the kernel.
  .map((a) => ({ ...a, begin: a.begin % a.kernel, end: a.end % a.kernel }));

const pool = (op: 'MaxPool' | 'AveragePool'): fc.Arbitrary<Case> =>
  fc
    .record({
      list: fc.array(axis, { minLength: 1, maxLength: 3 }),
      auto: fc.constantFrom(undefined, undefined, undefined, 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
      ceil: fc.boolean(),
      includePad: fc.boolean(),
      dilated: fc.boolean(),
    })
    .map(({ list: given, auto, ceil, includePad, dilated }) => {
      // ONNX Runtime refuses auto_pad with dilations, and with strides beyond the kernel.
      const list = auto ? given.map((a) => ({ ...a, stride: Math.min(a.stride, a.kernel) })) : given;
      const dilations = list.map(({ dilation }) => (op === 'MaxPool' && dilated && !auto ? dilation : 1));
      const reach = list.map(({ kernel }, i) => (kernel - 1) * (dilations[i] as number) + 1);
      const attributes: Attributes = {
        kernel_shape: ints(list.map(({ kernel }) => kernel)),
        strides: ints(list.map(({ stride }) => stride)),
        ...(op === 'MaxPool' ? { dilations: ints(dilations) } : { count_include_pad: int(Number(includePad)) }),
        ...(auto
          ? { auto_pad: str(auto) }
          : { pads: ints([...list.map(({ begin }) => begin), ...list.map(({ end }) => end)]), ceil_mode: int(Number(ceil)) }),
      };
      return { op, attributes, shapes: [[2, 2, ...list.map(({ more }, i) => (reach[i] as number) + more)]] };
    });

describe.each(['MaxPool', 'AveragePool'] as const)('%s', (op) => {
  it('has the gradient that central differences give', () => expectGradients(pool(op), 40));
  it('has the gradient of windows that tile the input', () =>
    expectGradient({ op, attributes: { kernel_shape: ints([2, 3]), strides: ints([2, 3]) }, shapes: [[2, 2, 4, 6]] }));
  it('has the gradient of the common 3×3 window of stride 2 with pads', () =>
    expectGradient({
      op,
      attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) },
      shapes: [[1, 2, 6, 7]],
    }));
});
