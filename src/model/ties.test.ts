/** Ties between readings: stopped where the scale differs, let pass where nothing depends on it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Modality, Sample } from '../data/dataset.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { type Found, findPreprocessing, type PreprocessingFlags } from './guess.ts';
import { createJudge } from './judge.ts';
import { readModelFile } from './model-file.ts';
import { isSameAnswer, isSameScale } from './ties.ts';

const dir = mkdtempSync(join(tmpdir(), 'gibbon-ties-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const noResize = async (): Promise<Float32Array> => {
  throw new Error('nothing is resized here');
};

const SIDE = 4;
/** One quarter of the picture is bright, and says the class. */
const picture = (index: number): Sample => ({
  index,
  id: `${index}`,
  label: index % 4,
  shape: [SIDE, SIDE, 1],
  data: Float32Array.from({ length: SIDE * SIDE }, (_, i) => (Math.floor(i / SIDE) === index % 4 ? 0.6 + (index % 7) / 20 : 0.02)),
});

/** Sums of the four quarters of what `entrance` makes of the input. */
async function look(
  entrance: (g: GraphBuilder, x: Value) => Value,
  { flags = {}, modality = 'image' }: { flags?: PreprocessingFlags; modality?: Modality } = {},
): Promise<Found> {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, SIDE * SIDE]);
  const weights = Array.from({ length: SIDE * SIDE * 4 }, (_, i) => (Math.floor(i / 4 / SIDE) === i % 4 ? 1 : 0));
  const graph = g.finish({ scores: g.matmul(entrance(g, x), g.constant(floats(weights, [SIDE * SIDE, 4]))) });
  const path = join(dir, `${Math.random()}.onnx`);
  writeFileSync(path, writeModel({ ...graph, inputs: [{ name: 'x', type: 'float32', shape: ['N', SIDE * SIDE] }] }).bytes);
  const model = await readModelFile(path);
  const samples = Array.from({ length: 60 }, (_, i) => picture(i));
  return findPreprocessing({
    input: model.input,
    judge: (p) => createJudge(model, p, ortNode),
    modality,
    samples,
    labels: samples.map(({ label }) => label as number),
    flags,
    resize: noResize,
  });
}

describe('a tie', () => {
  it('between scales stops, and names each with its flags', async () => {
    await expect(look((_, x) => x)).rejects.toMatchObject({
      code: 'E_PREPROCESSING_UNCLEAR',
      exitCode: 2,
      hint: expect.stringMatching(
        /100\.0 % of 60: .*\[0, 1\]\n\s+--mean 0 --std 1\n[\s\S]*\[0, 255\]\n\s+--mean 0 --std 0\.00392156862745098\n[\s\S]*--mean 0\.1307 --std 0\.3081/,
      ),
    });
  });

  it('ends where the user says which one holds', async () => {
    const { preprocessing, source, rivals } = await look((_, x) => x, { flags: { mean: [0.1307], std: [0.3081] } });
    expect({ mean: preprocessing.mean, source, rivals }).toEqual({ mean: [0.1307], source: 'flags', rivals: [] });
  });

  it('is none where only one scale gets the labels right', async () => {
    // Linear from 0 to 1.2; below and above, what is dark counts for more than what is bright.
    const band = (g: GraphBuilder, x: Value): Value => {
      const above = g.max(g.sub(x, g.scalar(1.2)), g.scalar(0));
      return g.sub(g.max(x, g.mul(x, g.scalar(-4))), g.mul(above, g.scalar(2)));
    };
    const { preprocessing, source, rivals } = await look(band);
    expect({ mean: preprocessing.mean, std: preprocessing.std, source, rivals }).toEqual({
      mean: [0],
      std: [1],
      source: 'guessed',
      rivals: [],
    });
  });

  it('does not stop a model that takes the scale out by itself', async () => {
    const loudest = (g: GraphBuilder, x: Value): Value => g.div(x, g.reduceMax(x, [1], true));
    const { preprocessing, rivals } = await look(loudest, { modality: 'waveform' });
    expect([preprocessing.std, rivals.length]).toEqual([[1], 1]);
  });
});

describe('scales', () => {
  const scale = (mean: number[], std: number[], channels: 'rgb' | 'bgr' = 'rgb') => ({ mean, std, channels });
  const imagenet = scale([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

  it.each([
    ['of ImageNet and CIFAR', imagenet, scale([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]), true],
    ['of ImageNet and CLIP', imagenet, scale([0.4815, 0.4578, 0.4082], [0.2686, 0.2613, 0.2758]), true],
    ['of ImageNet in either order of channels', imagenet, scale([0.406, 0.456, 0.485], [0.225, 0.224, 0.229], 'bgr'), true],
    ['of [-1, 1] and ImageNet', scale([0.5], [0.5]), imagenet, false],
    ['of [0, 1] and [0, 255]', scale([0], [1]), scale([0], [1 / 255]), false],
    ['with another mean', scale([0], [1 / 255]), scale([0.4], [1 / 255]), false],
    ['of which one channel differs', scale([0.2, 0.5, 0.5], [1, 1, 1]), scale([0.5], [1]), false],
  ])('%s', (_, a, b, same) => {
    expect([isSameScale(a, b), isSameScale(b, a)]).toEqual([same, same]);
  });
});

describe('answers', () => {
  const rows = (...values: number[][]) => values.map((row) => Float32Array.from(row));
  const never = Number.NEGATIVE_INFINITY;

  it('are the same up to rounding', () => {
    expect(isSameAnswer(rows([3, -5], [0.5, 2]), rows([3.001, -5], [0.5, 2]))).toBe(true);
    expect(isSameAnswer(rows([3, -5], [0.5, 2]), rows([3, -5], [0.5, 2.01]))).toBe(false);
    expect(isSameAnswer(rows([-0.1, -9, never]), rows([-0.1, -9, never]))).toBe(true);
    expect(isSameAnswer(rows([-0.1, -9, never]), rows([-0.1, -9, -80]))).toBe(false);
    expect(isSameAnswer(rows([Number.NaN, 1]), rows([1, 1]))).toBe(false);
  });

  it('that are labels alone do not tell', () => {
    expect(isSameAnswer(rows([0, never], [never, 0]), rows([0, never], [never, 0]))).toBe(false);
  });
});
