/** All 10 000 MNIST images on the LeNet5 pair of advertorch: clean accuracy exactly, and what PGD-40 leaves standing to 0.15 points. Prints its figures. */
import { describe, expect, it } from 'vitest';
import { absent, attacked, because, clean, fixture, MNIST, mnist, standing, targetAt } from '../conformance/attacks-fixtures.ts';

const IMAGES = Number(process.env.GIBBON_ACCEPT_IMAGES ?? 10_000);
const HOUR = 3_600_000;

describe.skipIf(absent)(`LeNet5, ${IMAGES} images${because}`, () => {
  it.each([
    ['clntrained', 0.9889, 0],
    ['advtrained', 0.9864, 0.932],
  ] as const)(
    '%s: %d right when clean, %d under PGD-40',
    async (name, right, share) => {
      const target = await targetAt(fixture(`mnist/mnist_lenet5_${name}.onnx`), MNIST);
      const samples = mnist(IMAGES);
      const accuracy = (await clean(target, samples)) / IMAGES;
      const started = performance.now();
      const proposals = await attacked('pgd', target, samples, {
        norm: 'linf',
        epsilon: 0.3,
        params: { steps: 40, stepSize: 0.01, randomStart: false },
      });
      const seconds = (performance.now() - started) / 1000;
      const left = (await standing(target, samples, proposals)) / IMAGES;
      const gradients = proposals.reduce((sum, one) => sum + one.gradients, 0);
      console.log(
        `${name}: clean ${(100 * accuracy).toFixed(2)} %, PGD-40 leaves ${(100 * left).toFixed(2)} % (${gradients} gradients, ${seconds.toFixed(1)} s)`,
      );
      if (IMAGES === 10_000) {
        expect(accuracy).toBe(right);
        expect(Math.abs(left - share)).toBeLessThanOrEqual(0.0015);
      }
      await target.release();
    },
    HOUR,
  );
});
