/** How many wrong classes targeted Auto-PGD has to try, in MALT's order and by score. Prints what each leaves, and its gradients. */
import { describe, expect, it } from 'vitest';
import { absent, attacked, because, CIFAR, cifar, fixture, MNIST, mnist, standing, targetAt } from '../conformance/attacks-fixtures.ts';

describe.skipIf(absent)(`targets in MALT's order${because}`, () => {
  it.each([
    ['cifar10/cifar_cnn_a_adv', 300, 8 / 255],
    ['mnist/mnist_cnn_a_adv', 300, 0.3],
  ] as const)('%s: the first of them finds more than the likeliest class', async (name, n, epsilon) => {
    const isMnist = name.startsWith('mnist');
    const target = await targetAt(fixture(`${name}.onnx`), isMnist ? MNIST : CIFAR);
    const samples = (isMnist ? mnist(n) : cifar()).slice(0, n);
    const left = async (ranking: 'scores' | 'malt', goals: number): Promise<number> => {
      const proposals = await attacked('apgd-targeted', target, samples, { norm: 'linf', epsilon, batch: 32, params: { goals, ranking } });
      const stood = await standing(target, samples, proposals);
      const gradients = proposals.reduce((sum, { gradients: each }) => sum + each, 0);
      process.stdout.write(`${name}: of ${n} the first ${goals} by ${ranking} leave ${stood}, ${gradients} gradients\n`);
      return stood;
    };
    const [scores, malt]: [number[], number[]] = [[], []];
    for (const goals of [1, 2, 3, 9]) {
      scores.push(await left('scores', goals));
      malt.push(await left('malt', goals));
    }
    expect(malt[0]).toBeLessThan(scores[0] as number);
    await target.release();
  });
});
