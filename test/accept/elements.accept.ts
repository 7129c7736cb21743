/** Attacks that change few elements: FMN and the saliency map on LeNet5, one pixel on ResNet-20. Prints its figures. */
import { describe, expect, it } from 'vitest';
import { measure } from '../../src/model/measure.ts';
import { quantileInterval } from '../../src/stats/quantile-interval.ts';
import { absent, attacked, because, CIFAR, cifar, clean, fixture, MNIST, mnist, targetAt } from '../conformance/attacks-fixtures.ts';

const HOUR = 3_600_000;
const IMAGES = Math.min(100, Number(process.env.GIBBON_ACCEPT_IMAGES ?? 100));

describe.skipIf(absent)(`L0, ${IMAGES} images${because}`, () => {
  it.each([
    ['fmn', {}],
    // The paper allows 14.5 % of the elements, and reports 97 % success with 4.02 % of them on average, on another LeNet.
    ['jsma', { gamma: 0.145 }],
  ] as const)(
    '%s on the clean LeNet5',
    async (id, params) => {
      const target = await targetAt(fixture('mnist/mnist_lenet5_clntrained.onnx'), MNIST);
      const samples = mnist(IMAGES);
      const proposals = await attacked(id, target, samples, { norm: 'l0', epsilon: 784, batch: 32, params });
      const decisions = await target.judge.decide(proposals.map(({ candidate }) => candidate as Float32Array));
      const pairs = proposals.map(({ candidate }, i) => ({
        original: samples[i]?.x as Float32Array,
        candidate: candidate as Float32Array,
      }));
      const measures = await measure(target, pairs);
      const found = samples.map(({ label }, i) => (decisions[i]?.label === label ? Number.POSITIVE_INFINITY : (measures[i]?.l0 as number)));
      const { value, low, high } = quantileInterval(found, 0.5);
      const fell = found.filter(Number.isFinite);
      const mean = fell.reduce((sum, l0) => sum + l0, 0) / fell.length;
      console.log(
        `${id}: ${fell.length} of ${IMAGES} fell, median ${value} elements (95 % ${low} to ${high}), mean of those ${mean.toFixed(1)}`,
      );
      expect(fell.length / IMAGES).toBeGreaterThanOrEqual(id === 'fmn' ? 0.99 : 0.9);
      await target.release();
    },
    HOUR,
  );

  // Each number of pixels is tried on what stood with fewer: what falls to one pixel falls to three. Su et al. found 22 to 32 % of CIFAR-10 pictures to fall to
  // one pixel, and one-pixel-attack-keras 34, 79 and 79 % of those that a ResNet gets right to 1, 3 and 5; both of other networks. See bench/ELEMENTS.md.
  it(
    'one-pixel on ResNet-20, 1, 3 and 5 pixels',
    async () => {
      const target = await targetAt(fixture('cifar10/cifar10_resnet20.onnx'), CIFAR);
      const all = cifar();
      const decisions = await target.judge.decide(all.map(({ x }) => x));
      const samples = all.filter(({ label }, i) => decisions[i]?.label === label).slice(0, IMAGES);
      expect(await clean(target, samples)).toBe(samples.length);
      let left = samples;
      for (const count of [1, 3, 5]) {
        const cpu = process.cpuUsage();
        const proposals = await attacked('one-pixel', target, left, { norm: 'l0', epsilon: 3 * count });
        const { user, system } = process.cpuUsage(cpu);
        const found = await target.judge.decide(proposals.map(({ candidate }) => candidate as Float32Array));
        const pairs = left.map(({ x }, i) => ({ original: x, candidate: proposals[i]?.candidate as Float32Array }));
        for (const { l0 } of await measure(target, pairs)) expect(l0).toBeLessThanOrEqual(3 * count);
        const queries = proposals.reduce((sum, one) => sum + one.queries, 0);
        const stand = left.filter(({ label }, i) => found[i]?.label === label);
        process.stdout.write(
          `one-pixel, ${count}: ${left.length - stand.length} of ${left.length} fell, ${samples.length - stand.length} of ${samples.length} by now; ${(queries / left.length).toFixed(0)} questions each, ${((user + system) / 1e6).toFixed(0)} s of CPU time; left: ${stand.map(({ index }) => index).join(' ')}\n`,
        );
        left = stand;
      }
      // The lowest of the published shares, less five standard errors of as many pictures.
      expect(1 - left.length / samples.length).toBeGreaterThan(0.22 - 5 * Math.sqrt((0.22 * 0.78) / samples.length));
      await target.release();
    },
    3 * HOUR,
  );
});
