/** Models that want another input than the usual one: Gibbon finds it out by the labels, or stops; there is no verdict on a misread model. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepare } from '../../src/audit/prepare.ts';
import type { Prepared } from '../../src/audit/subject.ts';
import { describe as describeInput } from '../../src/model/preprocessing.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { DEMO, gibbon, put, scratch } from '../support/cli.ts';
import { fromNhwc, plus, type Step, scaled, swapped, times, wrap } from '../support/wrapped.ts';

const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const fixture = (path: string): string => join(FIXTURES, path);
const absent = !existsSync(fixture('cifar10'));

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

let dir: string;
beforeAll(() => {
  dir = scratch();
});

async function look(model: string, data: { path: string; labels?: string }, flags = {}): Promise<Prepared> {
  return prepare({ model, data, flags, threads: 1, seed: 0 }, ortNode);
}

const cifar = { path: fixture('cifar10/cifar10_test_first300.bin') };

interface Case {
  readonly name: string;
  /** From what the model is fed to RGB in [0, 1], NCHW. */
  readonly steps: readonly Step[];
  readonly found: string;
}

const CASES: readonly Case[] = [
  { name: 'as it is', steps: [scaled(1)], found: 'RGB, 3×32×32 (NCHW), values in [0, 1]' },
  { name: 'BGR', steps: [swapped], found: 'BGR, 3×32×32 (NCHW), values in [0, 1]' },
  { name: '[0, 255]', steps: [scaled(1 / 255)], found: 'RGB, 3×32×32 (NCHW), values in [0, 255]' },
  { name: '[-1, 1]', steps: [scaled(0.5), plus([0.5])], found: 'RGB, 3×32×32 (NCHW), values in [-1, 1]' },
  { name: 'NHWC', steps: [fromNhwc, scaled(1)], found: 'RGB, 32×32×3 (NHWC), values in [0, 1]' },
  { name: 'NHWC, BGR, [0, 255]', steps: [fromNhwc, swapped, scaled(1 / 255)], found: 'BGR, 32×32×3 (NHWC), values in [0, 255]' },
  {
    name: "ImageNet's normalisation",
    steps: [times(IMAGENET.std), plus(IMAGENET.mean)],
    found: 'RGB, 3×32×32 (NCHW), normalised with mean (0.485, 0.456, 0.406), std (0.229, 0.224, 0.225)',
  },
  {
    name: "Caffe's BGR minus the mean",
    steps: [plus([103.939, 116.779, 123.68]), scaled(1 / 255), swapped],
    found: 'BGR, 3×32×32 (NCHW), normalised with mean (0.4076, 0.458, 0.485), std (0.003922)',
  },
];

describe.skipIf(absent)(`a wrapped CIFAR network${absent ? ` (skipped: nothing at ${FIXTURES})` : ''}`, () => {
  it.each(CASES)('$name', async ({ name, steps, found }) => {
    const model = wrap(fixture('cifar10/cifar10_resnet20.onnx'), join(dir, `${name.replace(/\W/g, '')}.onnx`), steps);
    const { preprocessing, tried, rivals } = await look(model, cifar);
    // Normalisations that hardly differ cannot be told apart by labels: then the right one is named beside the one taken.
    expect([describeInput(preprocessing), ...rivals], JSON.stringify({ tried, rivals }, null, 1)).toContain(found);
    expect(rivals.length).toBeLessThan(3);
  });

  it('stops at an input that is none of the usual ones', async () => {
    for (const [name, steps] of [
      ['negative', [scaled(-1), plus([1])]],
      ['faint', [scaled(1 / 65535)]],
    ] as const) {
      const model = wrap(fixture('cifar10/cifar10_resnet20.onnx'), join(dir, `${name}.onnx`), steps);
      await expect(
        look(model, cifar).then(({ tried }) => tried),
        name,
      ).rejects.toMatchObject({ code: 'E_PREPROCESSING_UNCLEAR' });
    }
  });

  it('goes by what the user says, and not by a guess', async () => {
    const model = wrap(fixture('cifar10/cifar10_resnet20.onnx'), join(dir, 'said.onnx'), [scaled(0.01), plus([0.2])]);
    const { preprocessing, source, tried } = await look(model, cifar, { mean: [0.2], std: [0.01] });
    expect({ mean: preprocessing.mean, source }).toEqual({ mean: [0.2], source: 'flags' });
    expect(tried[0]?.accuracy).toBeGreaterThan(0.85);
  });
});

describe('the shipped network', () => {
  const labels = (change: (label: number, i: number) => number): string =>
    put(dir, `labels-${Math.random()}.txt`, [...readFileSync(DEMO.labels).subarray(8)].map((label, i) => `${change(label, i)}\n`).join(''));

  it('gets no verdict on shuffled labels', async () => {
    const ended = await gibbon(['audit', DEMO.natural, '--data', DEMO.images, '--labels', labels((_, i) => (i * 7919) % 10)]);
    expect(ended.code, ended.stderr).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain('[E_PREPROCESSING_UNCLEAR]');
    expect(ended.stderr).toMatch(/% of 100: grayscale, 1×28×28 \(NCHW\), values in \[0, 255\]/);
  });

  it('gets none on labels that count from another class', async () => {
    await expect(look(DEMO.natural, { path: DEMO.images, labels: labels((label) => (label + 1) % 10) })).rejects.toMatchObject({
      code: 'E_PREPROCESSING_UNCLEAR',
    });
  });

  it('gets none where most labels are wrong, unless the user confirms the input', async () => {
    const data = { path: DEMO.images, labels: labels((label, i) => (i % 20 < 7 ? label : (label + 1 + (i % 9)) % 10)) };
    await expect(look(DEMO.natural, data)).rejects.toMatchObject({
      code: 'E_PREPROCESSING_UNCLEAR',
      hint: expect.stringContaining('--mean'),
    });
    expect((await look(DEMO.natural, data, { mean: [0], std: [1] })).tried).toHaveLength(1);
  });

  it('gets none when a model answers the majority class alone', async () => {
    const model = wrap(DEMO.natural, join(dir, 'constant.onnx'), [scaled(0)]);
    const answer = await constantAnswer(model);
    const majority = labels((label, i) => (i % 10 === 0 ? label : answer));
    await expect(look(model, { path: DEMO.images, labels: majority })).rejects.toMatchObject({ code: 'E_PREPROCESSING_UNCLEAR' });
  });

  it('says by the file beside it what its labels leave open', async () => {
    const data = { path: DEMO.images, labels: DEMO.labels };
    const { preprocessing, source } = await look(DEMO.adversarial, data);
    expect([preprocessing.mean, preprocessing.std, source]).toEqual([[0], [1], 'model']);
    const alone = join(dir, 'alone.onnx');
    copyFileSync(DEMO.adversarial, alone);
    await expect(look(alone, data)).rejects.toMatchObject({
      code: 'E_PREPROCESSING_UNCLEAR',
      hint: expect.stringMatching(/values in \[0, 1\]\n\s+--mean 0 --std 1\n/),
    });
  });
});

describe.skipIf(absent)(`a network that reads digits on any scale${absent ? ` (skipped: nothing at ${FIXTURES})` : ''}`, () => {
  it('gets no verdict by a guess: epsilon would be another attack', async () => {
    const ended = await gibbon(['audit', fixture('mnist/mnist_cnn_a_adv.onnx'), '--data', DEMO.images, '--preset', 'quick']);
    expect(ended.code, ended.stderr).toBe(2);
    expect(ended.stderr).toContain('[E_PREPROCESSING_UNCLEAR]');
    expect(ended.stderr).toMatch(/values in \[0, 1\]\n\s+--mean 0 --std 1\n/);
    expect(ended.stderr).toContain('--mean 0.1307 --std 0.3081');
  });
});

async function constantAnswer(model: string): Promise<number> {
  const session = await ortNode.loadModel(model);
  const [name] = session.inputNames as [string];
  const made = await session.run({ [name]: { type: 'float32', shape: [1, 1, 28, 28], data: new Float32Array(784) } });
  await session.release();
  const scores = Array.from(Object.values(made)[0]?.data as Float32Array);
  return scores.indexOf(Math.max(...scores));
}
