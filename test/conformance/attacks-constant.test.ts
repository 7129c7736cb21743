/** Attacks that search for the weight between distance and success: the closed form on linear models, confidence and classes as asked, and Foolbox's distances on LeNet5. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import type { Target } from '../../src/model/target.ts';
import { type Case, distances, each } from '../support/linear.ts';
import { absent, attacked, because, closedForm, fixture, MNIST, mnist, standing, targetAt } from './attacks-fixtures.ts';

const MINUTES = 60_000;

describe('carlini-wagner on linear models', () => {
  // test/accept has 200. Steps that are short beside the shortest distance; without a range they are in input units.
  const settings = { searchSteps: 6, steps: 400, stepSize: 0.005, initialConst: 0.1 };

  it(
    'within 1.02 times the closed form',
    async () => {
      const ratios: number[] = [];
      const test = async (one: Case): Promise<void> =>
        void ratios.push(...(await distances(one, 'carlini-wagner', 'l2', (target) => ({ ...settings, target }))));
      await each(200, 3, test);
      expect(Math.min(...ratios)).toBeGreaterThan(0.999);
      expect(Math.max(...ratios)).toBeLessThanOrEqual(1.02);
    },
    3 * MINUTES,
  );

  it(
    'with confidence: within 1.02 times the way to where the other class leads by as much',
    async () => {
      const confidence = 1.5;
      await each(
        300,
        2,
        async ({ model, target, samples }) => {
          const params = { ...settings, confidence };
          const proposals = await attacked('carlini-wagner', target, samples, { norm: 'l2', epsilon: 0, params });
          const [first, second] = model.weights as [Float32Array, Float32Array];
          const slope = Math.hypot(...first.map((v, k) => v - (second[k] as number)));
          for (const [i, { candidate }] of proposals.entries()) {
            const { x, label } = samples[i] as AttackSample;
            const moved = Math.hypot(...x.map((v, k) => (candidate?.[k] as number) - v));
            const least = closedForm(model, x, label, 'l2').distance + confidence / slope;
            expect(moved / least).toBeGreaterThan(0.999);
            expect(moved / least).toBeLessThanOrEqual(1.02);
          }
        },
        2,
      );
    },
    MINUTES,
  );
});

describe('ead on linear models', () => {
  // Where β outweighs the step size the way is almost L1's alone: all along the element with the largest weight.
  it(
    'by L1: within 1.02 times the closed form',
    async () => {
      const ratios: number[] = [];
      const settings = { searchSteps: 9, steps: 1000, initialConst: 1, stepSize: 1e-4, beta: 0.01, rule: 'l1' };
      const test = async (one: Case): Promise<void> =>
        void ratios.push(...(await distances(one, 'ead', 'l1', (target) => ({ ...settings, target }))));
      await each(200, 3, test);
      expect(Math.min(...ratios)).toBeGreaterThan(0.999);
      expect(Math.max(...ratios)).toBeLessThanOrEqual(1.02);
    },
    MINUTES,
  );
});

describe.skipIf(absent)(`LeNet5 of advertorch, clean${because}`, () => {
  let target: Target;
  beforeAll(async () => {
    target = await targetAt(fixture('mnist/mnist_lenet5_clntrained.onnx'), MNIST);
  });
  afterAll(() => target?.release());

  // Foolbox 3.3.4 on PyTorch 2.15.0: the same settings and images, in one batch. bench/MINIMAL.md has 200 images with 1000 steps in each round.
  const FOOLBOX = [1.5996, 1.998, 1.3262, 1.9266, 1.1628, 1.4954, 1.0002, 0.6273, 0.6887, 1.1692, 2.2062, 1.6508];

  it(
    "carlini-wagner: no farther than Foolbox's by more than 1 % on average",
    async () => {
      const samples = mnist(FOOLBOX.length);
      const params = { searchSteps: 6, steps: 200, stepSize: 0.05 };
      const proposals = await attacked('carlini-wagner', target, samples, { norm: 'l2', epsilon: 0, params, batch: 12 });
      expect(await standing(target, samples, proposals)).toBe(0);
      const logs = proposals.map(({ candidate }, i) => {
        const moves = (candidate as Float32Array).map((v, k) => v - (samples[i]?.x[k] as number));
        return Math.log(Math.hypot(...moves) / (FOOLBOX[i] as number));
      });
      expect(logs.reduce((a, b) => a + b, 0) / logs.length).toBeLessThanOrEqual(Math.log(1.01));
    },
    MINUTES,
  );

  // L1 distances; it stops no round early, where a batch of Foolbox's stops together. Steps have no sign and no Adam in them, so rounding stays small.
  it.each([
    ['en', [13.5899, 21.4794, 11.4224, 16.5055, 10.3044, 7.2425, 10.2237, 7.192, 6.8788, 10.8583, 26.1112, 15.2279]],
    ['l1', [7.48, 11.3965, 5.0646, 9.9807, 3.8967, 5.1433, 4.2965, 3.0816, 4.365, 6.4865, 12.5724, 10.1866]],
  ] as const)("ead, nearest by %s: each of Foolbox's distances to 0.5 %%", async (rule, foolbox) => {
    const samples = mnist(foolbox.length);
    const params = { searchSteps: 6, steps: 100, initialConst: 0.1, abortEarly: false, rule };
    const proposals = await attacked('ead', target, samples, { norm: 'l1', epsilon: 0, params, batch: 12 });
    expect(await standing(target, samples, proposals)).toBe(0);
    for (const [i, { candidate, queries, gradients }] of proposals.entries()) {
      const distance = (candidate as Float32Array).reduce((sum, v, k) => sum + Math.abs(v - (samples[i]?.x[k] as number)), 0);
      expect(Math.abs(distance / (foolbox[i] as number) - 1)).toBeLessThan(0.005);
      expect([queries, gradients]).toEqual([1200, 600]);
    }
  });

  it(
    'carlini-wagner: reaches the class that is asked for, and counts what it spends',
    async () => {
      const samples = mnist(4);
      const params = { searchSteps: 4, steps: 150, stepSize: 0.1, initialConst: 1, target: 8 };
      const proposals = await attacked('carlini-wagner', target, samples, { norm: 'l2', epsilon: 0, params, batch: 4 });
      const decisions = await target.judge.decide(proposals.map(({ candidate }) => candidate as Float32Array));
      expect(decisions.map(({ label }) => label)).toEqual([8, 8, 8, 8]);
      for (const { goal, candidate, queries, gradients } of proposals) {
        expect(goal).toBe(8);
        expect((candidate as Float32Array).every((v) => v >= 0 && v <= 1)).toBe(true);
        // A round that makes no progress ends early.
        expect(queries).toBe(gradients);
        expect(gradients).toBeGreaterThan(4 * 15);
        expect(gradients).toBeLessThanOrEqual(4 * 150);
      }
    },
    MINUTES,
  );
});
