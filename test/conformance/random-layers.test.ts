/**
 * Layers that draw. Lowered, what they draw has the moments of its distribution, and so has what ONNX Runtime draws for the untouched node; gradients are
 * means over draws (EOT), decisions the most frequent of several answers.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../src/attacks/attack.ts';
import { ATTACKS, attackOf } from '../../src/attacks/registry.ts';
import { drawNoise, NOISE_KEY, NOISE_RUN } from '../../src/model/draws.ts';
import { mostFrequent } from '../../src/model/judge.ts';
import { readModelFile } from '../../src/model/model-file.ts';
import { createTarget, type Target } from '../../src/model/target.ts';
import type { Attributes, Graph, Node } from '../../src/onnx/graph.ts';
import { float, int, ints } from '../../src/onnx/graph.ts';
import { bools, floats, int64s, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor } from '../../src/runtime/runtime.ts';
import { noiseInputs } from '../../src/transform/noise.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { graphOf } from '../support/expect-lowering.ts';
import { HELD_OUT, MASKS, maskedModel } from '../support/masked.ts';
import { attacked, linearFile, MNIST, mnist, preprocessing } from './attacks-fixtures.ts';

const node = (op: string, inputs: readonly string[], output: string): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
});

const N = 20_000;
const ROWS = 2;

interface Case {
  readonly op: string;
  readonly attributes?: Attributes;
  readonly constants?: readonly Tensor[];
  /** Of each number that comes out, where the input is 0.3 everywhere. */
  readonly mean: number;
  readonly variance: number;
  readonly fourth: number;
}

const NORMAL: Attributes = { mean: float(2), scale: float(3) };
const UNIFORM: Attributes = { low: float(-1), high: float(3) };
/** Fourth central moments: 3σ⁴ of a normal, w⁴/80 of a uniform number of width w. */
const CASES: readonly Case[] = [
  { op: 'RandomNormalLike', attributes: NORMAL, mean: 2, variance: 9, fourth: 243 },
  { op: 'RandomUniformLike', attributes: UNIFORM, mean: 1, variance: 16 / 12, fourth: 256 / 80 },
  // 1 − p: what the runtime draws, whatever the standard's text says.
  { op: 'Bernoulli', mean: 0.7, variance: 0.21, fourth: 0.3 * 0.7 ** 4 + 0.7 * 0.3 ** 4 },
  {
    op: 'Dropout',
    constants: [floats([0.25], []), bools([true], [])],
    // 0.4 with probability ¾, else 0.
    mean: 0.3,
    variance: 0.75 * 0.16 - 0.09,
    fourth: 0.75 * 0.1 ** 4 + 0.25 * 0.3 ** 4,
  },
];

const model = ({ op, attributes = {}, constants = [] }: Case): Graph => {
  const own: Node = { ...node(op, ['x0', ...constants.map((_, i) => `x${i + 1}`)], 'y'), attributes };
  return graphOf(15, [own], [[ROWS, N / ROWS], ...constants], [{ name: 'y', type: 'float32', shape: null }]);
};

const fed = (rows = ROWS): HostTensor => ({
  type: 'float32',
  shape: [rows, N / ROWS],
  data: new Float32Array((rows * N) / ROWS).fill(0.3),
});

/** Five standard errors: one false alarm in a million. */
function expectMoments(all: readonly number[], { mean, variance, fourth }: Case): void {
  expect(all).toHaveLength(N);
  const own = all.reduce((sum, one) => sum + one, 0) / N;
  const spread = all.reduce((sum, one) => sum + (one - mean) ** 2, 0) / N;
  expect(Math.abs(own - mean)).toBeLessThan(5 * Math.sqrt(variance / N));
  expect(Math.abs(spread - variance)).toBeLessThan(5 * Math.sqrt((fourth - variance ** 2) / N));
}

async function drawn(graph: Graph, rows: number, keys: readonly number[], run = 0): Promise<number[]> {
  const lowered = await specialise(graph, { x0: [rows, N / ROWS] }, evaluator(ortNode));
  const session = await ortNode.load(lowered);
  const noise = drawNoise(noiseInputs(lowered), { keys, runs: keys.map(() => run) });
  const made = await session.run({ x0: fed(rows), ...noise });
  await session.release();
  return Array.from(Object.values(made)[0]?.data as Float32Array);
}

describe.each(CASES)('$op', (one) => {
  it('has the moments of its distribution', async () => expectMoments(await drawn(model(one), ROWS, [0, 1]), one));

  it('as ONNX Runtime draws it', async () => {
    const session = await ortNode.loadModel(writeModel(model(one)).bytes, { optimisation: 'disabled' });
    const made = await session.run({ x0: fed() });
    await session.release();
    expectMoments(Array.from((made.y as HostTensor).data as Float32Array), one);
  });

  it('gives a row the same whatever is beside it, and something else in each run', async () => {
    const open = { ...model(one), inputs: [{ name: 'x0', type: 'float32' as const, shape: [null, N / ROWS] }] };
    const both = await drawn(open, 2, [4, 9]);
    expect(await drawn(open, 1, [9])).toEqual(both.slice(N / ROWS));
    expect(both.slice(0, N / ROWS)).not.toEqual(both.slice(N / ROWS));
    expect(await drawn(open, 1, [9], 1)).not.toEqual(both.slice(N / ROWS));
  });
});

describe('numbers that no shape of the data asks for', () => {
  const shared = (op: string): Graph => ({
    ...graphOf(
      15,
      [{ ...node(op, [], 'r'), attributes: { shape: ints([N / ROWS]), dtype: int(1) } }, node('Add', ['x0', 'r'], 'y')],
      [[1, N / ROWS]],
      [{ name: 'y', type: 'float32', shape: null }],
    ),
    inputs: [{ name: 'x0', type: 'float32', shape: [null, N / ROWS] }],
  });

  it.each(['RandomNormal', 'RandomUniform'])('%s: one row has them, several would share them', async (op) => {
    expect(new Set(await drawn(shared(op), 1, [3])).size).toBeGreaterThan(100);
    await expect(specialise(shared(op), { x0: [2, N / ROWS] }, evaluator(ortNode))).rejects.toMatchObject({
      code: 'E_MODEL_SHAPE',
      message: expect.stringContaining('draws once for all rows'),
    });
  });
});

/** Two classes, weights ±w/2, and a layer in front that sets each input to 0 with probability 0.1. */
const D = 400;
const weights = Array.from({ length: D }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + (i % 7)));

async function pruned(draws: number, more: readonly number[] = []): Promise<Target> {
  const signed = (sign: number): Float32Array => Float32Array.from(weights, (w) => (sign * w) / 2);
  const path = linearFile({ weights: [-1, 1, ...more].map(signed), bias: new Float32Array(2 + more.length) });
  const to = path.replace('.onnx', '-pruned.onnx');
  maskedModel(path, HELD_OUT['random-pixels'], to);
  return createTarget(await readModelFile(to), preprocessing([D], 'tensor'), ortNode, { draws });
}

/** The gradient of the second class's lead, in units of the weights: the share of draws that left each input. */
async function shares(target: Target, keys: readonly number[]): Promise<Float32Array> {
  const rows = keys.length;
  const step = await target.compile('slope', rows, (b) => {
    const x = b.row('x', 'input');
    return { slope: b.grad(b.loss('margin', x, b.row('label', 'label')), x) };
  });
  expect(step.cost).toEqual({ queries: target.draws, gradients: target.draws });
  const made = await step.run({
    x: { type: 'float32', shape: [rows, D], data: new Float32Array(rows * D).fill(1) },
    label: { type: 'int64', shape: [rows], data: new BigInt64Array(rows) },
    [NOISE_KEY]: { type: 'float32', shape: [rows], data: Float32Array.from(keys) },
    [NOISE_RUN]: { type: 'float32', shape: [rows], data: new Float32Array(rows) },
  });
  return Float32Array.from((made.slope as HostTensor).data as Float32Array).map((slope, i) => slope / (weights[i % D] as number));
}

describe('expectation over draws', () => {
  it.each([1, 20])('%i draws: the gradient of a linear model is its weights times how often each input was left', async (draws) => {
    const target = await pruned(draws);
    const found = await shares(target, [5, 6]);
    // Sums of so few float32 terms are off by less than their number in units of the last place.
    for (const share of found) expect(Math.abs(share * draws - Math.round(share * draws))).toBeLessThan(draws * 2 ** -18);
    const mean = found.reduce((sum, share) => sum + share, 0) / found.length;
    expect(Math.abs(mean - 0.9)).toBeLessThan(5 * Math.sqrt(0.09 / (draws * found.length)));
    expect(await shares(target, [6])).toEqual(found.slice(D));
    await target.release();
  });

  it('an example gets the same in any company', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'gibbon-random-')), 'noise.onnx');
    maskedModel(join(import.meta.dirname, '../../models/mnist-natural.onnx'), MASKS['random-noise'], path);
    const target = await createTarget(await readModelFile(path), MNIST, ortNode, { draws: 3 });
    const samples = mnist(9);
    const run = { norm: 'linf' as const, epsilon: 0.1, params: { steps: 4, earlyStop: false } };
    const text = (all: readonly Proposal[]): string[] =>
      all.map(({ candidate }) => Buffer.from(candidate?.buffer ?? new ArrayBuffer(0)).toString('base64'));
    const alone = text(await attacked('pgd', target, samples, { ...run, batch: 1 }));
    expect(text(await attacked('pgd', target, samples, { ...run, batch: 4 }))).toEqual(alone);
    expect(text(await attacked('pgd', target, samples.slice(6), { ...run, batch: 4 }))).toEqual(alone.slice(6));
    await target.release();
  });

  it('decisions go to the most frequent answer', async () => {
    const answers = [
      { label: 1, confidence: 0.9 },
      { label: 0, confidence: 0.8 },
      { label: 1, confidence: 0.7 },
    ];
    expect(mostFrequent(answers)).toEqual({ label: 1, confidence: 1.6 / 3 });
    // One input decides: it is left with probability 0.9, and label 1 with it.
    const target = await pruned(1);
    const rows = Array.from({ length: 400 }, () => Float32Array.from({ length: D }, (_, i) => (i === 0 ? 1 : 0)));
    const count = (all: readonly { readonly label: number }[]): number => all.filter(({ label }) => label === 1).length;
    expect(Math.abs(count(await target.judge.answer(rows)) - 360)).toBeLessThan(5 * Math.sqrt(400 * 0.09));
    // Six of eleven draws take it out once in 3 000 times.
    expect(count(await target.judge.decide(rows))).toBeGreaterThan(394);
    await target.release();
  });
});

/** Few steps of each, so that what counts is that they run. */
const FEW: Readonly<Record<string, number | string>> = { steps: 3, searchSteps: 2, maxQueries: 20, goals: 1, ranking: 'malt' };

it.each(ATTACKS.filter(({ knowledge }) => knowledge === 'gradients').map(({ id }) => id))(
  '%s runs on a model with random layers',
  async (id) => {
    const target = await pruned(2, [0.5, 0.2]);
    const { params: schema, norms } = attackOf(id);
    const params = Object.fromEntries(Object.entries(FEW).filter(([name]) => name in schema.shape));
    const samples = [1, 2].map((index) => ({ index, x: new Float32Array(D).fill(index / 2), label: 0 }));
    const proposals = await attacked(id, target, samples, { norm: norms[0] as 'linf', epsilon: 0.01, params });
    expect(proposals.map(({ index }) => index)).toEqual([1, 2]);
    for (const { gradients, queries } of proposals) expect([gradients % 2, queries > 0]).toEqual([0, true]);
    await target.release();
  },
);

/** Noise that a batch would share, and rows that lie along another axis where the noise is drawn; three classes of a row of 4 × 3 each. */
const PLACES: Readonly<Record<string, readonly Node[]>> = {
  'of a fixed shape': [
    { ...node('RandomNormal', [], 'r'), attributes: { shape: ints([4, 3]), dtype: int(1) } },
    node('Add', ['x0', 'r'], 'a'),
    node('ReduceSum', ['a', 'x1'], 'y'),
  ],
  'in the likeness of a constant': [
    node('RandomNormalLike', ['x2'], 'r'),
    node('Add', ['x0', 'r'], 'a'),
    node('ReduceSum', ['a', 'x1'], 'y'),
  ],
  'behind a transpose': [
    { ...node('Transpose', ['x0'], 't'), attributes: { perm: ints([1, 0, 2]) } },
    node('RandomNormalLike', ['t'], 'r'),
    node('Add', ['t', 'r'], 'a'),
    node('ReduceSum', ['a', 'x3'], 'y'),
  ],
};

it.each(Object.entries(PLACES))("noise %s is each row's own", async (_, nodes) => {
  const path = join(mkdtempSync(join(tmpdir(), 'gibbon-noise-')), 'noise.onnx');
  const unnamed = nodes.map((one) => ({ ...one, attributes: { ...one.attributes, ...(one.op === 'ReduceSum' && { keepdims: int(0) }) } }));
  const constants = [int64s([1]), floats(Array<number>(12).fill(0), [4, 3]), int64s([0])];
  const graph = graphOf(15, unnamed, [[1, 4, 3], ...constants], [{ name: 'y', type: 'float32', shape: null }]);
  writeFileSync(path, writeModel({ ...graph, inputs: [{ name: 'x0', type: 'float32', shape: ['n', 4, 3] }] }).bytes);
  const target = await createTarget(await readModelFile(path), preprocessing([4, 3], 'tensor'), ortNode, { draws: 1 });
  const scores = async (...keys: number[]): Promise<Float32Array> => {
    const rows = keys.length;
    const step = await target.compile('scores', rows, (b) => ({ z: b.logits(b.row('x', 'input')) }));
    const made = await step.run({
      x: { type: 'float32', shape: [rows, 4, 3], data: new Float32Array(rows * 12) },
      [NOISE_KEY]: { type: 'float32', shape: [rows], data: Float32Array.from(keys) },
      [NOISE_RUN]: { type: 'float32', shape: [rows], data: new Float32Array(rows) },
    });
    return Float32Array.from((made.z as HostTensor).data as Float32Array).slice(0, 3);
  };
  const alone = await scores(7);
  expect(await scores(7, 8)).toEqual(alone);
  expect(await scores(7, 9, 10, 11)).toEqual(alone);
  expect(await scores(8)).not.toEqual(alone);
  await target.release();
});
