/** A plain script that knows nothing of Gibbon: the adversarial PNGs of a run folder, read with sharp and ONNX Runtime, fool the model as the report claims. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type * as Ort from 'onnxruntime-node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ModelResult } from '../../src/audit/result.ts';
import { DEMO, gibbon, resultIn, runFolder } from '../support/cli.ts';

const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort;
const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const fixture = (path: string): string => join(FIXTURES, path);
const absent = !existsSync(fixture('cifar10'));

/** The class that a model sees in a PNG: values in [0, 1], channels first. */
async function classOf(model: string, png: string, channels: 1 | 3): Promise<number> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const pixels = info.width * info.height;
  const x = Float32Array.from(
    { length: channels * pixels },
    (_, i) => (data[(i % pixels) * info.channels + Math.floor(i / pixels)] as number) / 255,
  );
  const session = await ort.InferenceSession.create(model);
  const made = await session.run({
    [session.inputNames[0] as string]: new ort.Tensor('float32', x, [1, channels, info.height, info.width]),
  });
  const scores = Array.from(made[session.outputNames[0] as string]?.data as Float32Array);
  return scores.indexOf(Math.max(...scores));
}

interface Case {
  readonly name: string;
  readonly model: string;
  readonly data: string;
  readonly channels: 1 | 3;
  readonly n: number;
  /** How it reads its input: guessing that on photos takes most of the time. */
  readonly reading?: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'the shipped network', model: DEMO.natural, data: DEMO.images, channels: 1, n: 30 },
  {
    name: 'ResNet-20',
    model: fixture('cifar10/cifar10_resnet20.onnx'),
    data: fixture('cifar10/cifar10_test_first300.bin'),
    channels: 3,
    n: 20,
  },
  {
    name: 'MobileNet',
    model: fixture('imagenet/mobilenet_v1_0.25_128.w8.onnx'),
    data: fixture('imagenet/labelled-20'),
    channels: 3,
    n: 12,
    reading: ['--mean', '0', '--std', '1', '--channels', 'rgb'],
  },
];

/** The first attacks break as many as are needed; what the budget leaves out makes no pictures. */
const FIRST = ['--only', 'evasion', '--max-gradients', '60'];

/** Where an example's picture lies. */
const picture = (folder: string, { name }: ModelResult, index: number): string => join(folder, 'adversarial', name, 'png', `${index}.png`);

describe.each(CASES)('$name', ({ model, data, channels, n, reading = [] }) => {
  const missing = !existsSync(model);
  it.skipIf(missing)(`is fooled by five saved pictures${missing && absent ? ` (skipped: nothing at ${FIXTURES})` : ''}`, async () => {
    const ended = await gibbon(['audit', model, '--data', data, '--preset', 'quick', '--n', String(n), ...reading, ...FIRST]);
    expect(ended.code, ended.stderr).toBe(0);
    const folder = runFolder(ended.cwd);
    const [audited] = resultIn(folder).models as [ModelResult];
    const shown = audited.examples.filter(({ survives8bit }) => survives8bit).slice(0, 5);
    expect(shown).toHaveLength(5);
    for (const { index, label, adversarial } of shown) {
      const seen = await classOf(model, picture(folder, audited, index), channels);
      expect(seen, `example ${index} is fooled`).not.toBe(label);
      expect(seen, `example ${index} is seen as the report says`).toBe(adversarial.label);
    }
  });
});
