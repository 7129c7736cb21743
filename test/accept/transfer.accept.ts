/** Examples of one network shown to another: as many carry over as of torchattacks' MI-FGSM on the same files and images. Prints its figures. */
import { describe, expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import type { Target } from '../../src/model/target.ts';
import { clopperPearson } from '../../src/stats/proportion.ts';
import { absent, attacked, because, CIFAR, cifar, fixture, MNIST, mnist, targetAt } from '../conformance/attacks-fixtures.ts';

const HOUR = 3_600_000;

/**
 * torchattacks 3.5.1 on PyTorch 1.13.1 through bench/onnx_torch.py: MIFGSM(eps, alpha=eps/10, steps=10, decay=1), batches of 50, the first 300 test images.
 * [source, target, classified correctly by the target, of these fooled]
 */
const TORCHATTACKS: readonly [source: string, target: string, correct: number, fooled: number][] = [
  ['cifar10/cifar10_resnet20', 'cifar10/cifar10_resnet32', 275, 245],
  ['cifar10/cifar10_resnet32', 'cifar10/cifar10_resnet20', 279, 252],
  ['cifar10/cifar10_resnet20', 'cifar10/cifar_cnn_a_adv', 221, 8],
  ['cifar10/cifar_cnn_a_adv', 'cifar10/cifar10_resnet20', 279, 48],
  ['cifar10/cifar_cnn_a_adv', 'cifar10/cifar10_resnet32', 275, 40],
  ['mnist/mnist_lenet5_clntrained', 'mnist/mnist_lenet5_advtrained', 297, 15],
  ['mnist/mnist_lenet5_advtrained', 'mnist/mnist_lenet5_clntrained', 299, 96],
];

async function correctOf(target: Target, samples: readonly AttackSample[]): Promise<number[]> {
  const decisions = await target.judge.decide(samples.map(({ x }) => x));
  return samples.flatMap(({ label }, i) => (decisions[i]?.label === label ? [i] : []));
}

describe.skipIf(absent)(`momentum, 10 steps to the end${because}`, () => {
  it.each(TORCHATTACKS)(
    '%s to %s: of %i correct ones %i',
    async (from, to, correct, fooled) => {
      const [form, samples, epsilon] = from.startsWith('mnist')
        ? ([MNIST, mnist(300), 0.3] as const)
        : ([CIFAR, cifar(), 8 / 255] as const);
      const [source, target] = [await targetAt(fixture(`${from}.onnx`), form), await targetAt(fixture(`${to}.onnx`), form)];
      const proposals = await attacked('momentum', source, samples, { norm: 'linf', epsilon, batch: 32, params: { earlyStop: false } });
      const decisions = await target.judge.decide(proposals.map(({ candidate }) => candidate as Float32Array));
      const right = await correctOf(target, samples);
      const count = right.filter((i) => decisions[i]?.label !== samples[i]?.label).length;
      console.log(`${from} to ${to}: ${count} of ${right.length} (torchattacks: ${fooled} of ${correct})`);
      expect(right.length).toBe(correct);
      // The same images and no random start: what differs is the rounding of signs, far less than another sample of images would.
      expect(Math.abs(count - fooled)).toBeLessThanOrEqual(4);
      const { low, high } = clopperPearson(count, right.length);
      expect(fooled / correct).toBeGreaterThanOrEqual(low);
      expect(fooled / correct).toBeLessThanOrEqual(high);
      await Promise.all([source.release(), target.release()]);
    },
    HOUR,
  );
});
