/** Attacks that change few elements: FMN and the saliency map on LeNet5, one pixel on ResNet-20. Prints its figures. */
import { describe, expect, it } from 'vitest';
import { measure } from '../../src/model/measure.ts';
import { quantileInterval } from '../../src/stats/quantile-interval.ts';
import {
  absent,
  attacked,
  because,
  CIFAR,
  cifar,
  clean,
  fixture,
  MNIST,
  mnist,
  standing,
  targetAt,
} from '../conformance/attacks-fixtures.ts';

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

  // Published for another ResNet: 34, 79 and 79 % of the images that it gets right fall to 1, 3 and 5 pixels.
  it.each([1, 3, 5])(
    'one-pixel on ResNet-20, %d pixels',
    async (count) => {
      const target = await targetAt(fixture('cifar10/cifar10_resnet20.onnx'), CIFAR);
      const all = cifar();
      const decisions = await target.judge.decide(all.map(({ x }) => x));
      const samples = all.filter(({ label }, i) => decisions[i]?.label === label).slice(0, IMAGES);
      expect(await clean(target, samples)).toBe(samples.length);
      const proposals = await attacked('one-pixel', target, samples, { norm: 'l0', epsilon: 3 * count });
      const left = await standing(target, samples, proposals);
      const queries = proposals.reduce((sum, one) => sum + one.queries, 0) / samples.length;
      console.log(`one-pixel, ${count}: ${samples.length - left} of ${samples.length} fell, ${queries.toFixed(0)} questions each`);
      await target.release();
    },
    HOUR,
  );
});
