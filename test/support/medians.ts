/** Median distances of minimal-norm attacks on advertorch's LeNet5 pair, failures as infinite, beside the published ones. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { quantileInterval } from '../../src/stats/quantile-interval.ts';
import { attacked, fixture, MNIST, mnist, targetAt } from '../conformance/attacks-fixtures.ts';

const PUBLISHED = { ddn: { key: 'ddn_1000it_l2_median_mean', norm: 'l2', params: { steps: 1000 } } } as const;

interface Expected {
  readonly mnist_lenet5: { readonly models: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> };
}

/** Examples that are wrong already have distance 0, as in the published figures. Prints the median with its 95 % interval. */
export async function expectMedians(network: 'clntrained' | 'advtrained', id: keyof typeof PUBLISHED, n: number): Promise<void> {
  const { key, norm, params } = PUBLISHED[id];
  const file = `mnist/mnist_lenet5_${network}.onnx`;
  const expected = JSON.parse(readFileSync(fixture('attack-oracles/expected.json'), 'utf8')) as Expected;
  const published = expected.mnist_lenet5.models[file]?.[key]?.[0] as number;
  const target = await targetAt(fixture(file), MNIST);
  const samples = mnist(n);
  const proposals = await attacked(id, target, samples, { norm, epsilon: 0, batch: 32, params: { ...params } });
  const decisions = await target.judge.decide(proposals.map(({ candidate }, i) => candidate ?? (samples[i]?.x as Float32Array)));
  const found = proposals.map(({ candidate }, i) => {
    const { x, label } = samples[i] as (typeof samples)[number];
    if (decisions[i]?.label === label || candidate === undefined) return Number.POSITIVE_INFINITY;
    return Math.hypot(...candidate.map((v, k) => v - (x[k] as number)));
  });
  const { value: median, low, high } = quantileInterval(found, 0.5);
  const failed = found.filter((distance) => distance === Number.POSITIVE_INFINITY).length;
  process.stdout.write(
    `${id} on ${network}, ${n} images: median ${median.toFixed(4)} (95 % ${low?.toFixed(4)} to ${high?.toFixed(4)}), ${failed} failed; published ${published}\n`,
  );
  // No larger than the published median by more than 1 %, as far as the sample can tell.
  expect(low as number).toBeLessThanOrEqual(1.01 * published);
  if (n >= 1000) expect(median).toBeLessThanOrEqual(1.01 * published);
  await target.release();
}
