/** Where several elements are extreme, the first one gets the gradient; and values that are not finite pass without a crash or a silent zero. */
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../onnx/build.ts';
import { type Attributes, ints, type Value } from '../onnx/graph.ts';
import { int64s, sizeOf } from '../onnx/tensor.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { gradient } from '../transform/gradient.ts';
import { newGraph } from './table.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Output and input gradients of float32 inputs, for a cotangent of ones or the one given. */
async function gradients(
  inputs: readonly { shape: readonly number[]; data: readonly number[] }[],
  make: (g: GraphBuilder, inputs: readonly Value[]) => Value,
  cotangent?: readonly number[],
): Promise<{ y: number[]; gradients: number[][] }> {
  const g = newGraph();
  const values = inputs.map(({ shape }, i) => g.input(`x${i}`, 'float32', shape));
  const y = make(g, values);
  const ct = g.input('ct', 'float32', y.shape);
  const found = gradient(g, [{ value: y, cotangent: ct }], values);
  const session = await ortNode.load(g.finish({ y, ...Object.fromEntries(found.map((value, i) => [`g${i}`, value as Value])) }));
  const ones = Array<number>(sizeOf(y.shape)).fill(1);
  const feeds = Object.fromEntries(
    inputs.map(({ shape, data }, i) => [`x${i}`, { type: 'float32' as const, shape, data: Float32Array.from(data) }]),
  );
  const made = await session.run({ ...feeds, ct: { type: 'float32', shape: y.shape, data: Float32Array.from(cotangent ?? ones) } });
  const of = (name: string): number[] => Array.from(made[name]?.data as Float32Array, (value) => value + 0);
  return { y: of('y'), gradients: inputs.map((_, i) => of(`g${i}`)) };
}

const image = (side: number, data: readonly number[]): { shape: readonly number[]; data: readonly number[] } => ({
  shape: [1, 1, side, side],
  data,
});
const flat = (side: number): { shape: readonly number[]; data: readonly number[] } => image(side, Array(side * side).fill(0.5));
const maxPool =
  (attributes: Attributes) =>
  (g: GraphBuilder, [x]: readonly Value[]): Value =>
    g.node('MaxPool', [x], attributes);
const tiled = maxPool({ kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
const overlapping = maxPool({ kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) });

describe('MaxPool on a flat input', () => {
  it('gives the gradient of a 2×2 window to its first element', async () => {
    expect((await gradients([flat(2)], tiled)).gradients[0]).toEqual([1, 0, 0, 0]);
  });
  it('does so in each of four windows', async () => {
    // biome-ignore format: a picture
    expect((await gradients([flat(4)], tiled, [1, 2, 3, 4])).gradients[0]).toEqual([
      1, 0, 2, 0,
      0, 0, 0, 0,
      3, 0, 4, 0,
      0, 0, 0, 0,
    ]);
  });
  it('counts in row order inside a window: the second row wins only alone', async () => {
    // biome-ignore format: a picture
    expect((await gradients([image(4, [
      1, 2, 0, 1,
      2, 2, 1, 1,
      0, 0, 3, 0,
      4, 4, 3, 3,
    ])], tiled)).gradients[0]).toEqual([
      0, 1, 0, 1,
      0, 0, 0, 0,
      0, 0, 1, 0,
      1, 0, 0, 0,
    ]);
  });
  it('adds up where 3×3 windows of stride 2 overlap; padding never wins', async () => {
    // The windows of a 4×4 input start at −1 and 1 on both axes: their first real elements are 0 and 1.
    // biome-ignore format: a picture
    expect((await gradients([flat(4)], overlapping, [1, 2, 3, 4])).gradients[0]).toEqual([
      1, 2, 0, 0,
      3, 4, 0, 0,
      0, 0, 0, 0,
      0, 0, 0, 0,
    ]);
  });
  it('puts all on the element that several windows share', async () => {
    const peak = Array.from({ length: 16 }, (_, i) => (i === 5 ? 1 : 0));
    expect((await gradients([image(4, peak)], overlapping, [1, 2, 3, 4])).gradients[0]).toEqual(peak.map((x) => 10 * x));
  });
});

describe('MaxPool of values that are not finite', () => {
  it('gives a window of −∞ to its first element', async () => {
    const { y, gradients: found } = await gradients([image(4, Array(16).fill(-inf))], tiled);
    expect(y).toEqual([-inf, -inf, -inf, -inf]);
    expect(found[0]?.filter((x) => x === 1)).toHaveLength(4);
  });
  it('finds no maximum where ONNX Runtime returns its lowest number for a padded window of −∞, and invents none', async () => {
    const { gradients: found } = await gradients([image(4, Array(16).fill(-inf))], overlapping);
    expect(found[0]?.every((x) => x === 0 || x === 1)).toBe(true);
  });
  it.each([
    ['tiled', tiled],
    ['overlapping', overlapping],
  ])('gives +∞ the gradient, and survives NaN: %s', async (_, pool) => {
    const hot = Array.from({ length: 16 }, (_, i) => (i === 5 ? inf : 0));
    expect((await gradients([image(4, hot)], pool)).gradients[0]?.[5]).toBeGreaterThanOrEqual(1);
    expect((await gradients([image(4, [nan, ...hot.slice(1)])], pool)).gradients[0]).toHaveLength(16);
  });
  it('passes cotangents of 0, ∞ and NaN to the element they belong to', async () => {
    const rising = Array.from({ length: 16 }, (_, i) => i);
    const found = (await gradients([image(4, rising)], tiled, [0, inf, nan, 1])).gradients[0] as number[];
    expect([found[5], found[7], found[13], found[15]]).toEqual([0, inf, nan, 1]);
  });
});

describe('reductions and pairs with ties', () => {
  const matrix = { shape: [2, 3], data: [1, 1, 0, 0, 1, 1] };
  const over =
    (op: string, axes: readonly number[]) =>
    (g: GraphBuilder, [x]: readonly Value[]): Value =>
      g.node(op, [x, g.constant(int64s(axes))]);
  it.each([
    ['ReduceMax', [1], [1, 0, 0, 0, 1, 0]],
    ['ReduceMax', [0], [1, 1, 0, 0, 0, 1]],
    ['ReduceMax', [0, 1], [1, 0, 0, 0, 0, 0]],
    ['ReduceMin', [1], [0, 0, 1, 1, 0, 0]],
    ['ReduceMin', [0], [0, 1, 1, 1, 0, 0]],
    ['ReduceMin', [0, 1], [0, 0, 1, 0, 0, 0]],
  ])('%s over %j gives the gradient to the first', async (op, axes, expected) => {
    expect((await gradients([matrix], over(op, axes))).gradients[0]).toEqual(expected);
  });
  it('ReduceMax gives a row of −∞ to its first element', async () => {
    expect((await gradients([{ shape: [3], data: [-inf, -inf, -inf] }], over('ReduceMax', [0]))).gradients[0]).toEqual([1, 0, 0]);
  });
  it.each([
    ['Max', [1, 1, 0], [0, 0, 1]],
    ['Min', [1, 0, 1], [0, 1, 0]],
  ])('%s gives a tie to its first operand', async (op, left, right) => {
    const pair = [
      { shape: [3], data: [1, 2, 1] },
      { shape: [3], data: [1, 1, 2] },
    ];
    expect((await gradients(pair, (g, [a, b]) => g.node(op, [a, b]))).gradients).toEqual([left, right]);
  });
});

describe('element-wise operators at their kinks and beyond', () => {
  const at = async (op: string, data: readonly number[], cotangent?: readonly number[], attributes: Attributes = {}): Promise<number[]> =>
    (await gradients([{ shape: [data.length], data }], (g, [x]) => g.node(op, [x], attributes), cotangent)).gradients[0] as number[];

  it('Relu has derivative 0 at 0, and 1 down to the smallest numbers', async () =>
    expect(await at('Relu', [0, -1, 1, 1e-20, inf, -inf])).toEqual([0, 0, 1, 1, 1, 0]));
  it('Relu passes 0, ∞ and NaN where it is open', async () => expect(await at('Relu', [1, 2, 3], [0, inf, nan])).toEqual([0, inf, nan]));
  it('Abs has derivative 0 at 0', async () => expect(await at('Abs', [0, -2, 2, -inf])).toEqual([0, -1, 1, -1]));
  it('Sqrt has an infinite derivative at 0', async () => expect(await at('Sqrt', [0])).toEqual([inf]));
  it('Log and Reciprocal overflow as they must', async () => {
    expect(await at('Log', [0])).toEqual([inf]);
    expect(await at('Reciprocal', [0])).toEqual([-inf]);
  });
  it.each(['Exp', 'Tanh', 'Sigmoid', 'Sin', 'Sqrt', 'Log', 'Softplus', 'Erf'])('%s has no gradient to invent at NaN', async (op) =>
    expect(await at(op, [nan])).toEqual([nan]),
  );
  it('x⁰ has derivative 0 everywhere, 0 included', async () => {
    const { gradients: found } = await gradients(
      [
        { shape: [3], data: [0, 1, -2] },
        { shape: [], data: [0] },
      ],
      (g, [x, p]) => g.node('Pow', [x, p]),
    );
    expect(found[0]).toEqual([0, 0, 0]);
  });
  it('Clip has derivative 1 on its bounds, as clamp has in PyTorch', async () => {
    const { gradients: found } = await gradients([{ shape: [5], data: [-2, -1, 0, 1, 2] }], (g, [x]) => g.clip(x as Value, -1, 1));
    expect(found[0]).toEqual([0, 1, 1, 1, 0]);
  });
});
