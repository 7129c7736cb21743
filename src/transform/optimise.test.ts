/** Rewrites change the price of a graph, never its values. */
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../onnx/build.ts';
import { int, ints, type StaticGraph, type Value } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { keyedRng } from '../rng/rng.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { gradient } from './gradient.ts';
import { optimise } from './optimise.ts';

async function run(graph: StaticGraph, x: Float32Array): Promise<Float32Array> {
  const session = await ortNode.load(graph);
  const made = await session.run({ x: { type: 'float32', shape: graph.inputs[0]?.shape ?? [], data: x } });
  await session.release();
  return made.y?.data as Float32Array;
}

const count = (graph: StaticGraph, op: string): number => graph.nodes.filter((node) => node.op === op).length;

function graphOf(shape: readonly number[], write: (g: GraphBuilder, x: Value) => Value): StaticGraph {
  const g = newGraph();
  return g.finish({ y: write(g, g.input('x', 'float32', shape)) });
}

/** relu → 2×2 max-pool, and the gradient of a weighted sum of it; without lead, as attacks use it. */
const poolGradient = (shape: readonly [number, number, number, number]): StaticGraph =>
  graphOf(shape, (g, x) => {
    const pool = g.node('MaxPool', [g.node('Relu', [x])], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
    const weights = new Float32Array(pool.shape.reduce((a, b) => a * b));
    keyedRng(3, 'weights').fillNormal(weights);
    return gradient(g, [{ value: pool, cotangent: g.constant(floats(weights, pool.shape)) }], [x])[0] as Value;
  });

describe('optimise', () => {
  it('moves a rectifier mask behind the pool, and gives the same gradient to the bit, ties included', async () => {
    const graph = poolGradient([3, 4, 8, 6]);
    const better = optimise(graph);
    const masks = (one: StaticGraph): number[] =>
      one.nodes
        .filter(({ op }) => op === 'HardSigmoid')
        .map(({ outputs }) => (one.types.get(outputs[0] as string)?.shape ?? []).reduce((a, b) => a * b, 1));
    expect(masks(graph)).toEqual([3 * 4 * 8 * 6]);
    expect(masks(better)).toEqual([3 * 4 * 4 * 3]);
    for (const levels of [2, 5, 1000]) {
      const x = new Float32Array(3 * 4 * 8 * 6);
      keyedRng(levels, 'pool').fillUniform(x, -1, 1);
      // Few levels make many ties, also at zero and below it.
      const tied = x.map((v) => Math.round(v * levels) / levels);
      expect(await run(better, tied)).toEqual(await run(graph, tied));
    }
  });

  it('leaves the mask alone where someone else reads the unmasked product', () => {
    const graph = graphOf([1, 1, 4, 4], (g, x) => {
      const r = g.node('Relu', [x]);
      const pool = g.node('MaxPool', [r], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
      const unmasked = gradient(g, [{ value: pool, cotangent: g.expand(g.scalar(1), pool.shape) }], [r])[0] as Value;
      return g.add(unmasked, g.mul(unmasked, g.positive(r)));
    });
    expect(count(optimise(graph), 'Mul')).toBe(count(graph, 'Mul'));
  });

  it('drops products with one, double negations and identities, and joins reshapes', async () => {
    const graph = graphOf([2, 6], (g, x) => {
      const one = g.mul(g.constant(floats([1], [1])), g.neg(g.neg(x)));
      const shaped = g.reshape(g.reshape(one, [3, 4]), [4, 3]);
      return g.sub(g.node('Identity', [shaped]), g.neg(shaped));
    });
    const better = optimise(graph);
    expect(['Mul', 'Neg', 'Sub'].map((op) => count(better, op))).toEqual([0, 0, 0]);
    expect(count(better, 'Reshape')).toBe(1);
    const x = Float32Array.from({ length: 12 }, (_, i) => i - 5.5);
    expect(await run(better, x)).toEqual(await run(graph, x));
  });

  it('keeps a product with one that broadcasts', async () => {
    const graph = graphOf([3, 1], (g, x) => g.mul(x, g.constant(floats([1, 1], [1, 2]))));
    expect((await run(optimise(graph), Float32Array.of(1, 2, 3))).length).toBe(6);
  });

  it('keeps outputs that are inputs, constants or equal', async () => {
    const g = newGraph();
    const x = g.input('x', 'float32', [2]);
    const graph = g.finish({ y: x, z: x, c: g.node('Softmax', [g.constant(floats([1, 2], [2]))], { axis: int(-1) }) });
    expect(optimise(graph).outputs.map(({ name }) => name)).toEqual(['y', 'z', 'c']);
  });

  const pictures = (shape: readonly number[], seed: number): Float32Array => {
    const x = new Float32Array(shape.reduce((a, b) => a * b, 1));
    keyedRng(seed, 'pictures').fillNormal(x);
    return x;
  };
  const every = (g: GraphBuilder, x: Value, step: number): Value => g.slice(g.slice(x, 2, 0, 2 ** 31, step), 3, 0, 2 ** 31, step);

  it.each([
    [2, 8, 8, 2, 4],
    [3, 7, 5, 2, 0],
    [3, 9, 10, 3, 1],
  ])(
    'makes a shortcut of every s-th pixel a convolution with the same values: %i channels, %i×%i, step %i',
    async (c, h, w, step, extra) => {
      const graph = graphOf([2, c, h, w], (g, x) => g.pad(every(g, x, step), [0, extra, 0, 0, 0, 3, 0, 0]));
      const better = optimise(graph);
      expect([count(better, 'Conv'), count(better, 'Slice'), count(better, 'Pad')]).toEqual([1, 0, 0]);
      const x = pictures([2, c, h, w], 5);
      expect(await run(better, x)).toEqual(await run(graph, x));
    },
  );

  it.each<[string, (g: GraphBuilder, x: Value) => Value]>([
    ['starts at the second pixel', (g, x) => g.pad(g.slice(x, 2, 1, 9, 2), [0, 1, 0, 0, 0, 0, 0, 0])],
    ['ends early', (g, x) => g.pad(g.slice(x, 2, 0, 4, 2), [0, 1, 0, 0, 0, 0, 0, 0])],
    ['takes channels', (g, x) => g.pad(g.slice(x, 1, 0, 9, 2), [0, 1, 0, 0, 0, 0, 0, 0])],
    ['runs backwards', (g, x) => g.pad(g.slice(x, 2, -1, -9, -1), [0, 1, 0, 0, 0, 0, 0, 0])],
    ['pads rows too', (g, x) => g.pad(every(g, x, 2), [0, 1, 1, 0, 0, 0, 0, 0])],
    ['pads with ones', (g, x) => g.pad(every(g, x, 2), [0, 1, 0, 0, 0, 0, 0, 0], g.scalar(1))],
    ['only pads', (g, x) => g.pad(x, [0, 1, 0, 0, 0, 0, 0, 0])],
  ])('leaves a slice and pad alone that %s', async (_, write) => {
    const graph = graphOf([1, 4, 8, 8], write);
    const better = optimise(graph);
    expect(count(better, 'Conv')).toBe(0);
    const x = pictures([1, 4, 8, 8], 6);
    expect(await run(better, x)).toEqual(await run(graph, x));
  });

  /** relu(conv(x)) masks a picture that comes from a transpose; with `followed`, a convolution reads the product. */
  const masked = (channels: number, followed: boolean): StaticGraph =>
    graphOf([2, channels, 6, 6], (g, x) => {
      const weights = (seed: number): Value => g.constant(floats(pictures([channels, channels, 3, 3], seed), [channels, channels, 3, 3]));
      const conv = (value: Value, seed: number): Value => g.node('Conv', [value, weights(seed)], { pads: ints([1, 1, 1, 1]) });
      const product = g.mul(g.transpose(x, [0, 1, 3, 2]), g.positive(conv(x, 1)));
      return followed ? conv(product, 2) : product;
    });

  it.each([
    [16, true, 1],
    [16, false, 0],
    [6, true, 0],
  ])(
    'brings the other factor into the blocked layout where a convolution follows: %i channels, %j',
    async (channels, followed, entries) => {
      const graph = masked(channels, followed);
      const better = optimise(graph);
      expect(count(better, 'AveragePool')).toBe(entries);
      const x = pictures([2, channels, 6, 6], 7);
      x.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-42]);
      expect(await run(better, x)).toEqual(await run(graph, x));
    },
  );
});
