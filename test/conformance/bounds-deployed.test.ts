/**
 * Certificates speak of the model as deployed: float32 in whatever order a runtime adds up. Networks that are one function over the reals and another in
 * float32 ("No Soundness in the Real World", arXiv:2506.01054) get none.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerBounds, rowBounds } from '../../src/certify/bounds/crown.ts';
import { robustness } from '../../src/certify/bounds/goal.ts';
import { escalate } from '../../src/certify/search/escalate.ts';
import { type Graph, ints, type Node } from '../../src/onnx/graph.ts';
import { floats, int64s, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { around, networkOf } from '../support/bounds.ts';

const node = (op: string, inputs: string[], output: string): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
});

/** A classifier of two classes on one row of `size` numbers. */
function model(size: number, nodes: Node[], constants: Record<string, Tensor>): Graph {
  return {
    name: 'deployed',
    opsets: new Map([['', 18]]),
    inputs: [{ name: 'x', type: 'float32', shape: ['n', size] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['n', 2] }],
    nodes,
    constants: new Map(Object.entries(constants)),
  };
}

/** z = (x + c) − c is x over the reals, and class 0 wins for x above 0.3; in float32 it is 0 for c = 10⁸, where x + c is a multiple of 8. */
const absorbed = (c: number): Graph =>
  model(1, [node('Add', ['x', 'c'], 'a'), node('Sub', ['a', 'c'], 'z'), node('Relu', ['z'], 'r'), node('Gemm', ['r', 'w', 'b'], 'y')], {
    c: floats([c], [1, 1]),
    w: floats([1, 0], [1, 2]),
    b: floats([0, 0.3], [2]),
  });

/** The same inside one sum of products, c·1 + 1·x − c·1, where the order of adding decides. */
const summed = (c: number): Graph =>
  model(
    1,
    [
      node('Gemm', ['x', 'spread', 'parts'], 'a'),
      node('Gemm', ['a', 'weights', 'zero'], 'z'),
      node('Relu', ['z'], 'r'),
      node('Gemm', ['r', 'w', 'b'], 'y'),
    ],
    {
      spread: floats([0, 1, 0], [1, 3]),
      parts: floats([1, 0, 1], [3]),
      weights: floats([c, 1, -c], [3, 1]),
      zero: floats([0], [1]),
      w: floats([1, 0], [1, 2]),
      b: floats([0, 0.3], [2]),
    },
  );

describe('networks that float32 turns into others', () => {
  it.each([
    ['by adding a large number and taking it off', absorbed],
    ['by the order of a sum', summed],
  ])('%s get no certificate, and get one where the number is small', async (_, graph) => {
    for (const [c, isProved] of [
      [1e8, false],
      [1e7, false],
      [100, true],
      [1, true],
    ] as const) {
      const network = await networkOf(graph(c), 'float32');
      for (const norm of ['box', 'l2'] as const) {
        const set = around(network, [0.6], { eps: 0.05, norm });
        expect(await escalate(network, set, robustness(0, 2), { method: 'auto', budget: 1 }), String(c)).toMatchObject({ isProved });
      }
      await network.release();
    }
  });

  it('and the first of them is wrong where it is deployed', async () => {
    const session = await ortNode.loadModel(writeModel(absorbed(1e8)).bytes);
    const { y } = await session.run({ x: { type: 'float32', shape: [1, 1], data: Float32Array.of(0.6) } });
    expect(y?.data[0]).toBeLessThan(y?.data[1] as number);
    await session.release();
  });
});

describe('sums that cancel', () => {
  it('over many biases take from a bound what they may be off by', async () => {
    const count = 65_536;
    const graph: Graph = {
      ...model(1, [node('Gemm', ['x', 'w', 'b'], 'z'), node('Gemm', ['z', 'ones', 'none'], 'y')], {
        w: floats(new Float32Array(count).fill(1000.1), [1, count]),
        b: floats(new Float32Array(count).fill(-1000.1), [count]),
        ones: floats(new Float32Array(count).fill(1), [count, 1]),
        none: floats([0], [1]),
      }),
      outputs: [{ name: 'y', type: 'float32', shape: ['n', 1] }],
    };
    const network = await networkOf(graph, 'float32');
    // At x = 1 the answer is 0: neither side of it can be proved.
    const set = around(network, [1], { eps: 0, norm: 'box' });
    for (const sign of [1, -1]) {
      const goal = { rows: Float32Array.of(sign), offsets: Float32Array.of(0) };
      expect(await escalate(network, set, [goal], { method: 'crown', budget: 5 })).toMatchObject({ isProved: false });
    }
    await network.release();
  });
});

describe('sets side by side', () => {
  it('are bounded together only where rows lie along the first axis and keep to themselves', async () => {
    const attributes = { perm: ints([1, 0]) };
    const turned = [
      { ...node('Transpose', ['x'], 't'), attributes },
      { ...node('Transpose', ['t'], 'y'), attributes },
    ];
    const summed: Node = { ...node('CumSum', ['x', 'zero'], 'y') };
    const plain = [node('Relu', ['x'], 'y')];
    for (const [nodes, isBatched] of [
      [plain, true],
      [turned, false],
      [[summed], false],
    ] as const) {
      const network = await networkOf(model(2, [...nodes], { zero: int64s([0], []) }), 'float32');
      expect(network.isBatched).toBe(isBatched);
      await network.release();
    }
  });
});

describe('rounding', () => {
  it('of a row is the same among many as alone: rows are no terms of its sums', async () => {
    const network = await networkOf(summed(1), 'float32');
    const errors = async (batch: number): Promise<Float32Array> => {
      const end = (value: number): Map<string, Float32Array> => new Map([['x', new Float32Array(batch).fill(value)]]);
      const set = { batch, norm: 'box', lower: end(0.5), upper: end(0.6) } as const;
      const data = Float32Array.from({ length: 2 * batch }, (_, i) => (i % 2 === 0 ? 1 : -1));
      return (await rowBounds(network, set, await layerBounds(network, set, 'crown'), { count: 1, data })).error;
    };
    const [alone] = await errors(1);
    // Up to the rounding of the rounding itself, which is added up in another order.
    for (const error of await errors(300)) expect(Math.abs(error / (alone as number) - 1)).toBeLessThan(1e-5);
    await network.release();
  });
});

describe('what the runtime answers', () => {
  it('never lies below the bounds less their rounding, whatever its level of optimisation', { timeout: 60_000 }, async () => {
    // Weights of very different sizes, so that sums cancel.
    const weight = fc.tuple(fc.float({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -2, max: 5 })).map(([m, e]) => m * 10 ** e);
    const array = (length: number): fc.Arbitrary<number[]> => fc.array(weight, { minLength: length, maxLength: length });
    await fc.assert(
      fc.asyncProperty(
        array(12),
        array(4),
        array(8),
        array(2),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 }),
        async (w1, b1, w2, b2, draws) => {
          const graph = model(3, [node('Gemm', ['x', 'w1', 'b1'], 'z'), node('Relu', ['z'], 'r'), node('Gemm', ['r', 'w2', 'b2'], 'y')], {
            w1: floats(w1, [3, 4]),
            b1: floats(b1, [4]),
            w2: floats(w2, [4, 2]),
            b2: floats(b2, [2]),
          });
          const network = await networkOf(graph, 'float32');
          const set = around(network, [0.2, -0.4, 0.7], { eps: 0.1, norm: 'box' });
          const bounds = await layerBounds(network, set, 'crown');
          const { lower, error } = await rowBounds(network, set, bounds, { count: 2, data: Float32Array.of(1, 0, 0, 1) });
          const [low, high] = [set.lower.get('x') as Float32Array, set.upper.get('x') as Float32Array];
          const x = Float32Array.from(draws, (u, i) =>
            Math.fround((low[i % 3] as number) + u * ((high[i % 3] as number) - (low[i % 3] as number))),
          );
          for (const optimisation of ['disabled', 'all'] as const) {
            const session = await ortNode.loadModel(writeModel(graph).bytes, { optimisation });
            const { y } = await session.run({ x: { type: 'float32', shape: [10, 3], data: x } });
            for (const [i, value] of Array.from(y?.data as Float32Array).entries())
              expect(value).toBeGreaterThanOrEqual((lower[i % 2] as number) - (error[i % 2] as number));
            await session.release();
          }
          await network.release();
        },
      ),
      { numRuns: 25 },
    );
  });
});
