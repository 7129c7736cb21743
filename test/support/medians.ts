/** Median distances of minimal-norm attacks on advertorch's LeNet5 pair, failures as infinite, beside the published ones. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { quantileInterval } from '../../src/stats/quantile-interval.ts';
import type { Norm } from '../../src/threat/ball.ts';
import { attacked, fixture, MNIST, mnist, targetAt } from '../conformance/attacks-fixtures.ts';

type Network = 'clntrained' | 'advtrained';

interface Published {
  readonly norm: Norm;
  /** The norm of the figure, where it is another than the attack's. */
  readonly measured?: Norm;
  readonly params: Readonly<Record<string, unknown>>;
  /** Where the median stands: the key, and the place in its list. */
  readonly at: Readonly<Partial<Record<Network, readonly [key: string, place: number]>>>;
}

const both = (key: string): Published['at'] => ({ clntrained: [key, 0], advtrained: [key, 0] });
/** 20 steps and one start, as in advertorch's benchmark. */
const fab = (norm: Norm, plain: string, robust: string): Published => ({
  norm,
  params: { steps: 20 },
  at: { clntrained: [plain, 0], advtrained: [robust, 1] },
});

const PUBLISHED = {
  ddn: { norm: 'l2', params: { steps: 1000 }, at: both('ddn_1000it_l2_median_mean') },
  deepfool: { norm: 'linf', measured: 'l2', params: {}, at: { clntrained: ['deepfool_linf_50it_median_l2', 0] } },
  // Of FMN nothing was published on this network; FAB's medians stand for it.
  'fmn linf': { norm: 'linf', params: {}, at: { clntrained: ['fab_linf_20it_median_mean', 0] } },
  'fmn l2': { norm: 'l2', params: {}, at: { clntrained: ['fab_l2_median', 0], advtrained: ['fab_l2_success_median', 1] } },
  'fmn l1': { norm: 'l1', params: {}, at: { clntrained: ['fab_l1_median', 0], advtrained: ['fab_l1_success_median', 1] } },
  'fab linf': fab('linf', 'fab_linf_20it_median_mean', 'fab_linf_20it_success_median'),
  'fab l2': fab('l2', 'fab_l2_median', 'fab_l2_success_median'),
  'fab l1': fab('l1', 'fab_l1_median', 'fab_l1_success_median'),
} as const satisfies Record<string, Published>;

interface Expected {
  readonly mnist_lenet5: { readonly models: Readonly<Record<string, Readonly<Record<string, number | readonly number[]>>>> };
}

function lengthIn(norm: Norm, moves: Float32Array): number {
  if (norm === 'linf') return moves.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  if (norm === 'l1') return moves.reduce((sum, v) => sum + Math.abs(v), 0);
  return Math.sqrt(moves.reduce((sum, v) => sum + v * v, 0));
}

/** Examples that are wrong already have distance 0, as in the published figures. Prints the median with its 95 % interval. */
export async function expectMedians(network: Network, what: keyof typeof PUBLISHED, n: number): Promise<void> {
  const { at, norm, measured, params }: Published = PUBLISHED[what];
  const [id, [key, place] = ['', 0]] = [what.split(' ')[0] as string, at[network]];
  const file = `mnist/mnist_lenet5_${network}.onnx`;
  const expected = JSON.parse(readFileSync(fixture('attack-oracles/expected.json'), 'utf8')) as Expected;
  const figures = expected.mnist_lenet5.models[file]?.[key];
  const published = (typeof figures === 'number' ? figures : figures?.[place]) as number;
  const target = await targetAt(fixture(file), MNIST);
  const samples = mnist(n);
  const proposals = await attacked(id, target, samples, { norm, epsilon: 0, batch: 32, params: { ...params } });
  const decisions = await target.judge.decide(proposals.map(({ candidate }, i) => candidate ?? (samples[i]?.x as Float32Array)));
  const found = proposals.map(({ candidate }, i) => {
    const { x, label } = samples[i] as (typeof samples)[number];
    if (decisions[i]?.label === label || candidate === undefined) return Number.POSITIVE_INFINITY;
    return lengthIn(
      measured ?? norm,
      candidate.map((v, k) => v - (x[k] as number)),
    );
  });
  const { value: median, low, high } = quantileInterval(found, 0.5);
  const failed = found.filter((distance) => distance === Number.POSITIVE_INFINITY).length;
  process.stdout.write(
    `${what} on ${network}, ${n} images: median ${median.toFixed(4)} (95 % ${low?.toFixed(4)} to ${high?.toFixed(4)}), ${failed} failed; published ${published}\n`,
  );
  // No larger than the published median by more than 1 %, as far as the sample can tell.
  expect(low as number).toBeLessThanOrEqual(1.01 * published);
  if (n >= 1000) expect(median).toBeLessThanOrEqual(1.01 * published);
  await target.release();
}
