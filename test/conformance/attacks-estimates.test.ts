/** Attacks that climb slopes estimated from scores: the closed form on linear models, the slope itself, and independence of neighbours. */
import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../src/attacks/attack.ts';
import { slopeMoves } from '../../src/attacks/slope-moves.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { each, left, ROWS } from '../support/linear.ts';
import { absent, attacked, because, fixture, linearTarget, MNIST, mnist, targetAt } from './attacks-fixtures.ts';

const MODELS = 3;

describe('on linear models of two classes', () => {
  // A slope estimated from n directions in d dimensions has a cosine of about √(n/(n + d)) to the true one: 0.87 with 128 and the largest d, 40. Steps
  // average over many; in L2 that leaves a few percent. In Linf only the signs count, and those of small weights matter little.
  it.each([
    ['spsa', 'linf', 1.05, { stepSize: 0.05 }],
    ['spsa', 'l2', 1.05, {}],
    ['nes', 'linf', 1.05, { steps: 100 }],
    ['nes', 'l2', 1.05, { steps: 100 }],
  ] as const)('%s in %s: nothing stands at %f times the closed form, everything just below it', async (id, norm, factor, params) => {
    let [above, below] = [0, 0];
    await each(
      40,
      MODELS,
      async (one) => {
        above += await left(one, id, norm, factor, () => params);
        below += await left(one, id, norm, 0.99, () => ({ ...params, steps: 10 }));
      },
      2,
    );
    expect([above, below]).toEqual([0, MODELS * ROWS]);
  });
});

it('gathers the slope of a linear function from both sides, in the elements that may change', async () => {
  const [size, pairs] = [6, 4000];
  const target = await linearTarget({ weights: [new Float32Array(size), new Float32Array(size)], bias: new Float32Array(2) });
  const { chunk, probe, gather } = await slopeMoves(target, pairs);
  const rng = keyedRng(1, 'slope');
  const [weights, drawn] = [new Float32Array(size), new Float32Array(chunk * size)];
  rng.fillNormal(weights);
  rng.fillSigns(drawn);
  const { points, directions } = await probe(new Float32Array(size).fill(0.5), drawn, 0.1);
  const value = (i: number): number => weights.reduce((sum, w, k) => sum + w * (points[i * size + k] as number), 0);
  const differences = Float32Array.from({ length: chunk }, (_, i) => (value(i) - value(chunk + i)) / chunk);
  const slope = await gather(new Float32Array(size), directions, differences);
  // The mean of 2δ·(w·v)·v is 2δ·w; each element of it has the deviation 2δ·‖w‖/√n at most. Five of them.
  const noise = (5 * 0.2 * Math.hypot(...weights)) / Math.sqrt(chunk);
  for (const [k, w] of weights.entries()) expect(Math.abs((slope[k] as number) - 0.2 * w)).toBeLessThan(noise);
  await target.release();
});

describe.skipIf(absent)(`on MNIST with LeNet5${because}`, () => {
  it.each([
    ['spsa', 'linf', 0.2],
    ['nes', 'l2', 2],
  ] as const)('%s finds the same for an example alone and among others: %s', async (id, norm, epsilon) => {
    const target = await targetAt(fixture('mnist/mnist_lenet5_clntrained.onnx'), MNIST);
    const few = mnist(4);
    const run = (own: typeof few): Promise<Proposal[]> =>
      attacked(id, target, own, { norm, epsilon, params: { steps: 4, directions: 20 } });
    const all = await run(few);
    for (const [i, sample] of few.entries()) expect((await run([sample]))[0]).toEqual(all[i]);
    expect(Math.max(...all.map(({ queries }) => queries))).toBeLessThanOrEqual(4 * 41 + 1);
    await target.release();
  });
});
