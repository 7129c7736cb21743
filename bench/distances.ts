/** What the comparisons of minimal-norm attacks share: an attack on the first MNIST images, judged by its own run of the model, and medians. */
import { attackOf } from '../src/attacks/registry.ts';
import { readModelFile } from '../src/model/model-file.ts';
import { createTarget } from '../src/model/target.ts';
import { ortNode } from '../src/runtime/ort-node.ts';
import { quantile } from '../src/stats/quantile.ts';
import type { Norm } from '../src/threat/ball.ts';
import type { Case } from './cases.ts';

export interface Attacking {
  readonly attack: string;
  readonly norm: Norm;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** One distance for each image: 0 where the model is wrong already, infinite where nothing was found. */
export interface Side {
  readonly distances: readonly number[];
  readonly seconds: number;
}

export const PREPROCESSING = {
  modality: 'image',
  layout: 'NCHW',
  channels: 'grayscale',
  shape: [1, 28, 28],
  mean: [0],
  std: [1],
  resize: 'stretch',
} as const;

/** Gibbon's side on one thread. */
export async function attacked(
  model: string,
  { attack, norm, params = {} }: Attacking,
  mnist: Case,
): Promise<Side & { cpuSeconds: number; queries: number }> {
  const target = await createTarget(await readModelFile(model), PREPROCESSING, ortNode, { threads: 1 });
  const { x, y } = await mnist.read(mnist.images);
  const samples = [...y].map((label, index) => ({ index, label, x: x.slice(index * 784, (index + 1) * 784) }));
  const [started, used] = [performance.now(), process.cpuUsage()];
  const proposals = await attackOf(attack).run({ target, params, norm, epsilon: 0, seed: 0, batch: 32 }, samples);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(used);
  const clean = await target.judge.decide(samples.map((sample) => sample.x));
  const found = await target.judge.decide(proposals.map(({ candidate }, i) => candidate ?? samples[i]!.x));
  const distances = samples.map((sample, i) => {
    if (clean[i]!.label !== sample.label) return 0;
    const candidate = proposals[i]!.candidate;
    if (candidate === undefined || found[i]!.label === sample.label) return Number.POSITIVE_INFINITY;
    return lengthOf(
      norm,
      candidate.map((v, k) => v - sample.x[k]!),
    );
  });
  await target.release();
  return { distances, seconds, cpuSeconds: (user + system) / 1e6, queries: proposals.reduce((sum, { queries }) => sum + queries, 0) };
}

function lengthOf(norm: Norm, d: Float32Array): number {
  if (norm === 'l2') return Math.hypot(...d);
  return norm === 'linf' ? Math.max(...d.map(Math.abs)) : d.reduce((sum, v) => sum + Math.abs(v), 0);
}

export const medianOf = (distances: readonly number[]): number =>
  quantile(
    distances.toSorted((a, b) => a - b),
    0.5,
  );
export const failedOf = (distances: readonly number[]): number => distances.filter((one) => one === Number.POSITIVE_INFINITY).length;
/** JSON has no infinity. */
export const finiteOrNot = (distances: readonly (number | null)[]): number[] => distances.map((one) => one ?? Number.POSITIVE_INFINITY);

/** A Markdown table; the first `names` columns hold text. */
export function table(header: readonly string[], names: number, rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i < names ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
