/** What sparse L1 descent leaves of MNIST images beside Foolbox 3.3.4's SparseL1DescentAttack with as many steps of the same length. Prints its figures. */
import { describe, expect, it } from 'vitest';
import { binomialTail } from '../../src/stats/binomial.ts';
import { absent, attacked, because, fixture, MNIST, mnist, standing, targetAt } from '../conformance/attacks-fixtures.ts';

const IMAGES = 200;
/** One-sided, for all twelve together. */
const LEVEL = 0.025 / 12;

/** Of the same images, by epsilon: after 10 and after 50 steps (PyTorch 1.13, CPU). */
const FOOLBOX = {
  clntrained: { 5: [153, 140], 10: [54, 42], 20: [6, 3] },
  advtrained: { 5: [192, 186], 10: [186, 178], 20: [172, 119] },
} as const;

describe.skipIf(absent)(`sparse L1 descent on LeNet5${because}`, () => {
  it.each(['clntrained', 'advtrained'] as const)(
    '%s: not shown to be weaker',
    async (network) => {
      const target = await targetAt(fixture(`mnist/mnist_lenet5_${network}.onnx`), MNIST);
      const samples = mnist(IMAGES);
      for (const epsilon of [5, 10, 20] as const) {
        for (const [i, steps] of [10, 50].entries()) {
          const proposals = await attacked('sparse-l1', target, samples, { norm: 'l1', epsilon, batch: 50, params: { steps } });
          const left = await standing(target, samples, proposals);
          const theirs = FOOLBOX[network][epsilon][i] as number;
          console.log(`${network}, epsilon ${epsilon}, ${steps} steps: ${left} of ${IMAGES} stand, after Foolbox's ${theirs}`);
          expect(binomialTail(left, IMAGES, theirs / IMAGES)).toBeGreaterThan(LEVEL);
        }
      }
      await target.release();
    },
    600_000,
  );
});
