/** Attacks against figures that others measured: the Adversarial Robustness Toolbox's prediction arrays, advertorch's and PyTorch's rates. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import type { Target } from '../../src/model/target.ts';
import { clopperPearson } from '../../src/stats/proportion.ts';
import { absent, attacked, because, CIFAR, cifar, clean, fixture, MNIST, mnist, standing, targetAt } from './attacks-fixtures.ts';

const MINUTES = 60_000;

/** Is this count what a set of the same kind with this share would give, at 99.9 %? */
function plausible(count: number, n: number, share: number): boolean {
  const { low, high } = clopperPearson(count, n, 0.999);
  return low <= share && share <= high;
}

describe.skipIf(absent)(`ART: FGM with epsilon 1 on a tiny MNIST network${because}`, () => {
  interface Expected {
    readonly expected_predictions: Readonly<Record<'linf' | 'l1' | 'l2', number[]>>;
    readonly linf_mean_perturbation: number;
    readonly l2_min_max: [number, number];
  }
  let target: Target;
  let samples: AttackSample[];
  let expected: Expected;
  beforeAll(async () => {
    target = await targetAt(fixture('attack-oracles/art_tiny_mnist.onnx'), MNIST);
    expected = (JSON.parse(readFileSync(fixture('attack-oracles/expected.json'), 'utf8')) as { art_tiny_mnist: Expected }).art_tiny_mnist;
    const images = mnist(11);
    const decisions = await target.judge.decide(images.map(({ x }) => x));
    samples = images.map((sample, i) => ({ ...sample, label: decisions[i]?.label as number }));
  });

  it.each(['linf', 'l1', 'l2'] as const)('%s: the same predictions, image by image', async (norm) => {
    const proposals = await attacked('fgsm', target, samples, { norm, epsilon: 1, batch: 11 });
    const decisions = await target.judge.decide(proposals.map(({ candidate }) => candidate as Float32Array));
    expect(decisions.map(({ label }) => label)).toEqual(expected.expected_predictions[norm]);
    expect(proposals.every(({ queries, gradients, slope }) => queries === 1 && gradients === 1 && slope === 'ok')).toBe(true);
    const moves = proposals.flatMap(({ candidate }, i) =>
      [...(candidate as Float32Array)].map((v, k) => v - ((samples[i] as AttackSample).x[k] as number)),
    );
    // ART's figure is the signed mean.
    if (norm === 'linf')
      expect(Math.abs(moves.reduce((sum, v) => sum + v, 0) / moves.length - expected.linf_mean_perturbation)).toBeLessThan(1e-6);
    if (norm !== 'l2') return;
    expect(Math.abs(moves.reduce((a, b) => Math.min(a, b)) - expected.l2_min_max[0])).toBeLessThan(1e-6);
    expect(Math.abs(moves.reduce((a, b) => Math.max(a, b)) - expected.l2_min_max[1])).toBeLessThan(1e-6);
  });
});

describe.skipIf(absent)(`LeNet5 of advertorch: PGD-40, epsilon 0.3, step 0.01, no random start${because}`, () => {
  it.each([
    ['clntrained', 0],
    ['advtrained', 0.932],
  ] as const)(
    '%s leaves %d standing',
    async (name, share) => {
      const target = await targetAt(fixture(`mnist/mnist_lenet5_${name}.onnx`), MNIST);
      const samples = mnist(300);
      const proposals = await attacked('pgd', target, samples, {
        norm: 'linf',
        epsilon: 0.3,
        params: { steps: 40, stepSize: 0.01, randomStart: false },
      });
      const left = await standing(target, samples, proposals);
      expect(plausible(left, 300, share), `${left} of 300 stand`).toBe(true);
      expect(share === 0 ? left : 0).toBe(0);
      await target.release();
    },
    2 * MINUTES,
  );
});

describe.skipIf(absent)(`LeNet5 of advertorch: PGD in L1 with its defaults${because}`, () => {
  it.each([
    ['clntrained', 8, 60],
    ['advtrained', 20, 100],
  ] as const)(
    '%s, epsilon %d: at most %d of 128 stand (107 to 123 where a step follows the whole gradient or one element)',
    async (name, epsilon, most) => {
      const target = await targetAt(fixture(`mnist/mnist_lenet5_${name}.onnx`), MNIST);
      const samples = mnist(128);
      expect(await standing(target, samples, await attacked('pgd', target, samples, { norm: 'l1', epsilon }))).toBeLessThanOrEqual(most);
      await target.release();
    },
    2 * MINUTES,
  );
});

describe.skipIf(absent)(`CIFAR-10: PGD-20, epsilon 8/255, step 2/255${because}`, () => {
  it.each([
    ['cifar10_resnet20', 0.917, 0],
    ['cifar10_resnet32', 0.927, 0],
    ['cifar_cnn_a_adv', 0.712, 0.153],
    ['cifar_cnn_a_mix', 0.793, 0.08],
  ] as const)(
    '%s: %d right when clean, %d under attack',
    async (name, right, share) => {
      const target = await targetAt(fixture(`cifar10/${name}.onnx`), CIFAR);
      const samples = cifar();
      const before = await clean(target, samples);
      expect(plausible(before, 300, right), `${before} of 300 right`).toBe(true);
      const proposals = await attacked('pgd', target, samples, {
        norm: 'linf',
        epsilon: 8 / 255,
        batch: 32,
        params: { steps: 20, stepSize: 2 / 255, randomStart: false },
      });
      const left = await standing(target, samples, proposals);
      expect(plausible(left, 300, share), `${left} of 300 stand`).toBe(true);
      expect(share === 0 ? left : 0).toBe(0);
      await target.release();
    },
    4 * MINUTES,
  );
});
