/** Bounds of layers by branch and bound beside exact ones: with a single input every neuron is piecewise linear, with its least and largest value at a bend. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerBounds, rowBounds } from '../../src/certify/bounds/crown.ts';
import type { Domain, LayerBounds } from '../../src/certify/bounds/domain.ts';
import { certificateOf, recheck } from '../../src/certify/claims/certificate.ts';
import { type Tightening, tightenable, tightened } from '../../src/certify/search/tighten.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { networkOf } from '../support/bounds.ts';

const WIDTH = 5;
const weights = fc.array(
  fc.integer({ min: -20, max: 20 }).map((value) => value / 8),
  { minLength: WIDTH * WIDTH, maxLength: WIDTH * WIDTH },
);
const biases = weights.map((all) => all.slice(0, WIDTH));

interface Layers {
  readonly first: readonly number[];
  readonly offset: readonly number[];
  readonly second: readonly number[];
  readonly offset2: readonly number[];
}

const layers: fc.Arbitrary<Layers> = fc.record({ first: biases, offset: biases, second: weights, offset2: biases });

/** x [1, 1] → five neurons → five neurons, rectified → their sum. */
function network({ first, offset, second, offset2 }: Layers) {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, 1]);
  const constant = (values: readonly number[], shape: number[]) => g.constant(floats(values, shape, 'float32'));
  const one = g.node('Relu', [g.add(g.matmul(x, constant(first, [1, WIDTH])), constant(offset, [1, WIDTH]))]);
  const two = g.node('Relu', [g.add(g.matmul(one, constant(second, [WIDTH, WIDTH])), constant(offset2, [1, WIDTH]))]);
  return networkOf(g.finish({ y: g.matmul(two, constant(Array(WIDTH).fill(1), [WIDTH, 1])) }), 'float32');
}

/** The least and the largest value of each neuron of the second layer for x in [−1, 1]. */
function exact({ first, offset, second, offset2 }: Layers): [number, number][] {
  const bends = first.map((w, i) => -(offset[i] as number) / w).filter((x) => Math.abs(x) < 1);
  return offset2.map((b, j) => {
    const at = (x: number): number =>
      first.reduce((sum, w, i) => sum + Math.max(0, w * x + (offset[i] as number)) * (second[i * WIDTH + j] as number), b);
    const values = [-1, 1, ...bends].map(at);
    return [Math.min(...values), Math.max(...values)];
  });
}

const domain: Domain = {
  ...{ batch: 1, norm: 'box' },
  lower: new Map([['x', Float32Array.of(-1)]]),
  upper: new Map([['x', Float32Array.of(1)]]),
};

describe('a layer that is tightened by branching', () => {
  it('lies around the exact values of its neurons, and much closer to them where their sign is open', { timeout: 60_000 }, async () => {
    let [before, after, open] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(layers, async (drawn) => {
        const net = await network(drawn);
        const bounds = await layerBounds(net, domain, 'crown');
        const [cut] = tightenable(net).map(({ name }) => name);
        if (cut === undefined) return;
        const found = await tightened(net, { domain, bounds }, { cut, rounds: 8 });
        for (const [j, [least, most]] of exact(drawn).entries()) {
          const [low, high] = [found?.lower.get(cut)?.[j] as number, found?.upper.get(cut)?.[j] as number];
          expect(low).toBeLessThanOrEqual(least);
          expect(high).toBeGreaterThanOrEqual(most);
          if (!(least < 0 && most > 0)) continue;
          open++;
          before += (bounds.upper.get(cut)?.[j] as number) - (bounds.lower.get(cut)?.[j] as number) - (most - least);
          after += high - low - (most - least);
        }
        await net.release();
      }),
      { numRuns: 25, seed: 1 },
    );
    expect(open).toBeGreaterThan(25);
    expect(after).toBeLessThan(before / 3);
  });

  it('is part of a certificate, which does not hold without it', { timeout: 60_000 }, async () => {
    const net = await network(fc.sample(layers, { numRuns: 1, seed: 3 })[0] as Layers);
    const steps: Tightening[] = tightenable(net).map(({ name: cut }) => ({ cut, rounds: 8 }));
    expect(steps).toHaveLength(1);
    const loose = await layerBounds(net, domain, 'alpha-crown');
    const tight = (await tightened(net, { domain, bounds: loose }, steps[0] as Tightening)) as LayerBounds;
    const least = async (bounds: LayerBounds): Promise<number> =>
      (await rowBounds(net, domain, bounds, { count: 1, data: Float32Array.of(-1) }, 'alpha-crown')).lower[0] as number;
    const [before, after] = [await least(loose), await least(tight)];
    expect(after).toBeGreaterThan(before + 0.05);
    const goals = [{ rows: Float32Array.of(-1), offsets: Float32Array.of((before + after) / 2) }];
    const parts = [{ layers: 'alpha-crown', tightened: steps, goals } as const];
    const about = { preprocessing: {}, example: 0, x: '', label: 1, epsilon: 1 };
    const made = certificateOf(net, domain, { goals, parts }, { model: 'a hash', runtime: 'onnxruntime-node', about });
    expect(await recheck(net, made)).toMatchObject({ isProved: true });
    const without = { ...made, parts: made.parts.map((own) => ({ ...own, tightened: [] })) };
    expect(await recheck(net, without)).toMatchObject({ isProved: false });
    await net.release();
  });
});
