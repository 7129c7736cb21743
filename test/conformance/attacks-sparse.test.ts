/** Sparse L1 descent beside Foolbox's, image by image, inside the ball; and restarts that go on where the first start left off. */
import { describe, expect, it } from 'vitest';
import { isInside, measure } from '../../src/model/measure.ts';
import { mcNemar } from '../../src/stats/paired.ts';
import { absent, attacked, because, fixture, MNIST, mnist, targetAt } from './attacks-fixtures.ts';

/** What Foolbox 3.3.4's SparseL1DescentAttack, with its defaults at epsilon 10, leaves of the first 60 images on LeNet5 (PyTorch 1.13). */
const FOOLBOX_LEAVES = [0, 1, 3, 10, 11, 22, 23, 25, 28, 32, 34, 35, 47, 51, 52, 54, 55, 56];
const N = 60;

describe.skipIf(absent)(`LeNet5 of advertorch${because}`, () => {
  it('leaves no more than Foolbox, and what it proposes lies in the ball', async () => {
    const target = await targetAt(fixture('mnist/mnist_lenet5_clntrained.onnx'), MNIST);
    const samples = mnist(N);
    const run = { norm: 'l1', epsilon: 10, batch: 30 } as const;
    const left = async (params: Record<string, number>): Promise<number[]> => {
      const proposals = await attacked('sparse-l1', target, samples, { ...run, params });
      const candidates = proposals.map(({ candidate }) => candidate as Float32Array);
      const pairs = candidates.map((candidate, i) => ({ original: samples[i]?.x as Float32Array, candidate }));
      for (const measures of await measure(target, pairs)) expect(isInside(measures, 'l1', run.epsilon)).toBe(true);
      const decisions = await target.judge.decide(candidates);
      return samples.filter(({ label }, i) => decisions[i]?.label === label).map(({ index }) => index);
    };
    const once = await left({});
    const alone = (one: readonly number[], other: readonly number[]): number => one.filter((index) => !other.includes(index)).length;
    const pairs = { n: N, worse: alone(once, FOOLBOX_LEAVES), better: alone(FOOLBOX_LEAVES, once) };
    expect(mcNemar(pairs).worsePValue).toBeGreaterThan(0.025);
    // Restarts have their own starts, and only add to what the first one found.
    const thrice = await left({ restarts: 3 });
    expect(alone(thrice, once)).toBe(0);
    expect(thrice.length).toBeLessThan(once.length);
    await target.release();
  }, 60_000);
});
