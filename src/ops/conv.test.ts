/** Gradients of Conv and ConvTranspose in one, two and three dimensions, over random windows. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Case, expectGradient, expectGradients } from '../../test/support/expect-gradient.ts';
import { type Attributes, int, ints, str } from '../onnx/graph.ts';

interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
  /** Input elements beyond the smallest that fit. */
  readonly more: number;
  /** For ConvTranspose: a fraction of the room that output padding has. */
  readonly extra: number;
}

const axis: fc.Arbitrary<Axis> = fc.record({
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  begin: fc.integer({ min: 0, max: 3 }),
  end: fc.integer({ min: 0, max: 2 }),
  more: fc.integer({ min: 0, max: 3 }),
  extra: fc.integer({ min: 0, max: 2 }),
});

const axes = (rank: number): fc.Arbitrary<Axis[]> => fc.array(axis, { minLength: rank, maxLength: rank });
/** Groups, channels in and out of each: dense, grouped and depthwise. */
const channels = fc.constantFrom<[number, number, number]>([1, 1, 2], [1, 2, 3], [2, 2, 1], [2, 1, 2], [3, 1, 1], [3, 1, 2]);
const autoPad = fc.constantFrom(undefined, undefined, undefined, 'SAME_UPPER', 'SAME_LOWER', 'VALID');

const reach = ({ kernel, dilation }: Axis): number => (kernel - 1) * dilation + 1;

function attributesOf(list: readonly Axis[], group: number, auto?: string): Attributes {
  const pads = auto ? { auto_pad: str(auto) } : { pads: ints([...list.map(({ begin }) => begin), ...list.map(({ end }) => end)]) };
  return {
    strides: ints(list.map(({ stride }) => stride)),
    dilations: ints(list.map(({ dilation }) => dilation)),
    group: int(group),
    ...pads,
  };
}

const conv = (rank: number): fc.Arbitrary<Case> =>
  fc
    .record({ list: axes(rank), channels, batch: fc.integer({ min: 1, max: 2 }), auto: autoPad, bias: fc.boolean() })
    .map(({ list: given, channels: [group, from, to], batch, auto, bias }) => {
      // ONNX Runtime refuses auto_pad with dilations.
      const list = auto ? given.map((a) => ({ ...a, dilation: 1 })) : given;
      const spatial = list.map((a) => Math.max(auto ? reach(a) : reach(a) - a.begin - a.end, 1) + a.more);
      return {
        op: 'Conv',
        attributes: attributesOf(list, group, auto),
        shapes: [
          [batch, group * from, ...spatial],
          [group * to, from, ...list.map(({ kernel }) => kernel)],
          ...(bias ? [[group * to]] : []),
        ],
      };
    });

const convTranspose = (rank: number): fc.Arbitrary<Case> =>
  fc
    .record({ list: axes(rank), channels, batch: fc.integer({ min: 1, max: 2 }), auto: autoPad, bias: fc.boolean() })
    .map(({ list: given, channels: [group, from, to], batch, auto, bias }) => {
      // ONNX Runtime takes output padding below the stride; pads leave at least one output.
      const list = given.map((a) => ({
        ...a,
        extra: a.extra % a.stride,
        begin: Math.min(a.begin, reach(a) - 1),
        end: Math.min(a.end, reach(a) - 1),
      }));
      const spatial = list.map((a) => a.more + 2);
      const padding = list.some(({ extra }) => extra > 0) ? { output_padding: ints(list.map(({ extra }) => extra)) } : {};
      return {
        op: 'ConvTranspose',
        attributes: { ...attributesOf(list, group, auto), ...padding },
        shapes: [
          [batch, group * from, ...spatial],
          [group * from, to, ...list.map(({ kernel }) => kernel)],
          ...(bias ? [[group * to]] : []),
        ],
      };
    });

describe.each([
  ['Conv', conv],
  ['ConvTranspose', convTranspose],
] as const)('%s', (_, cases) => {
  it.each([
    [1, 15],
    [2, 20],
    [3, 8],
  ])('has the gradient that central differences give in %d-D', (rank, runs) => expectGradients(cases(rank), runs));
});

describe('Conv', () => {
  it('has the gradient of a strided, padded, grouped convolution', () =>
    expectGradient({
      op: 'Conv',
      attributes: { strides: ints([2, 1]), pads: ints([1, 0, 1, 1]), group: int(2) },
      shapes: [[2, 4, 5, 4], [6, 2, 3, 2], [6]],
    }));
  it('has the gradient at stride 1', () =>
    expectGradient({ op: 'Conv', attributes: { pads: ints([1, 1, 1, 1]) }, shapes: [[2, 2, 4, 4], [3, 2, 3, 3], [3]] }));
  it('has the gradient where the stride skips over the end of the input', () =>
    expectGradient({
      op: 'Conv',
      attributes: { strides: ints([3, 3]) },
      shapes: [
        [1, 1, 6, 7],
        [2, 1, 2, 2],
      ],
    }));
});
