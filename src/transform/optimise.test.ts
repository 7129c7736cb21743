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
});
