/** Auto-PGD beside PGD-100 on more images than `npm test` has time for, and at other epsilons. Prints the figures. */
import { describe, it } from 'vitest';
import { absent, because } from '../conformance/attacks-fixtures.ts';
import { expectNoWeaker } from '../support/no-weaker.ts';

describe.skipIf(absent)(`no weaker than PGD${because}`, () => {
  it.each([
    ['mnist/mnist_lenet5_advtrained', 300, 0.3],
    ['mnist/mnist_lenet5_advtrained', 300, 0.25],
    ['mnist/mnist_cnn_a_adv', 300, 0.3],
    ['cifar10/cifar_cnn_a_adv', 300, 8 / 255],
    ['cifar10/cifar_cnn_a_adv', 300, 4 / 255],
    ['cifar10/cifar_cnn_a_mix', 300, 8 / 255],
  ] as const)('%s, %d images, epsilon %f', (name, n, epsilon) => expectNoWeaker(name, n, epsilon));
});
