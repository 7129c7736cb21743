/** Who is called masked: sixteen networks that hide their gradients and sixteen that do not, and eight that were kept apart while the check was written. Prints the table. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { BENIGN } from '../support/benign.ts';
import { DEMO, gibbon, resultIn, runFolder, scratch } from '../support/cli.ts';
import { HELD_OUT, MASKS, maskedModel, type Places } from '../support/masked.ts';

const FIXTURES = process.env.GIBBON_FIXTURES ?? resolve(import.meta.dirname, '../../../shared/fixtures');
const dir = scratch();
const MNIST = ['--data', DEMO.images, '--labels', DEMO.labels, '--mean', '0', '--std', '1', '--n', '200'];

interface Case {
  readonly name: string;
  readonly model: string;
  readonly masked: boolean;
  readonly heldOut: boolean;
  readonly args: readonly string[];
}

const changed = (name: string, places: Places, from: string, rest: Pick<Case, 'masked' | 'heldOut'>): Case => ({
  name,
  model: maskedModel(from, places, join(dir, `${name}.onnx`)),
  args: [...MNIST, '--epsilon', '0.3'],
  ...rest,
});

const isHeldOut = (name: string): boolean => ['bounded-activations', 'cool-logits', 'standardised-input'].includes(name);
const fixture = (path: string, args: readonly string[], heldOut = false): Case => ({
  name: path,
  model: join(FIXTURES, path),
  masked: false,
  heldOut,
  args,
});
const CIFAR = ['--data', join(FIXTURES, 'cifar10/cifar10_test_first300.bin'), '--n', '100'];
const SPEECH = ['--data', join(FIXTURES, 'audio/speech-commands-200'), '--classes', join(FIXTURES, 'audio/kws_classes.json'), '--n', '60'];
const PHOTOS = ['--data', join(FIXTURES, 'imagenet/labelled-20'), '--mean', '0', '--std', '1'];

const CASES: readonly Case[] = [
  ...Object.entries(MASKS).map(([name, places]) => changed(name, places, DEMO.natural, { masked: true, heldOut: false })),
  ...Object.entries(HELD_OUT).map(([name, places]) => changed(name, places, DEMO.natural, { masked: true, heldOut: true })),
  ...Object.entries(BENIGN).map(([name, places]) => changed(name, places, DEMO.adversarial, { masked: false, heldOut: isHeldOut(name) })),
  ...[DEMO.natural, DEMO.adversarial].map(
    (model): Case => ({
      name: model.slice(model.lastIndexOf('/') + 1),
      model,
      masked: false,
      heldOut: false,
      args: [...MNIST, '--epsilon', '0.3'],
    }),
  ),
  fixture('mnist/mnist_lenet5_clntrained.onnx', [...MNIST, '--epsilon', '0.3']),
  fixture('mnist/mnist_lenet5_advtrained.onnx', [...MNIST, '--epsilon', '0.3']),
  fixture('mnist/mnist_cnn_a_adv.onnx', [...MNIST, '--epsilon', '0.3']),
  fixture('mnist/mnist_kw_eps0.1.onnx', [...MNIST, '--epsilon', '0.1']),
  fixture('cifar10/cifar10_resnet20.onnx', CIFAR),
  fixture('cifar10/cifar_cnn_a_adv.onnx', CIFAR),
  fixture('cifar10/cifar_cnn_a_mix.onnx', CIFAR),
  fixture('audio/mlperf_tiny_kws_waveform.onnx', SPEECH),
  fixture('imagenet/mobilenet_v1_0.25_128.w8.onnx', PHOTOS),
  fixture('certify/converted/wk_mnist_small_eps0.3.onnx', [...MNIST, '--epsilon', '0.3'], true),
];

it('at most one miss and one false alarm, and silence on the shipped pair', { timeout: 7_200_000 }, async () => {
  const wrong: Case[] = [];
  for (const one of CASES.filter(({ model }) => existsSync(model))) {
    const checks = ['--only', 'evasion,gradient-masking,evaluation-checklist', '--preset', 'quick'];
    const ended = await gibbon(['audit', one.model, ...one.args, ...checks]);
    expect(ended.code, `${one.name}: ${ended.stderr}`).toBe(0);
    const { checks: results, models } = resultIn(runFolder(ended.cwd));
    const [masking, list] = ['gradient-masking', 'evaluation-checklist'].map((id) => results.find((check) => check.id === id));
    const called = masking?.status === 'fail' || masking?.status === 'warn';
    if (called !== one.masked) wrong.push(one);
    const found = masking?.findings.map(({ id }) => id).join(', ');
    process.stdout.write(
      `${one.masked ? 'masked' : 'honest'}${one.heldOut ? '*' : ' '} ${one.name.padEnd(44)} ${String(models[0]?.summary.verdict).padEnd(9)} masking ${String(masking?.status).padEnd(9)} checklist ${String(list?.status).padEnd(9)} ${found}\n`,
    );
  }
  const seen = wrong.filter(({ heldOut }) => !heldOut);
  expect(seen.filter(({ masked }) => masked).length, 'misses').toBeLessThanOrEqual(1);
  expect(seen.filter(({ masked }) => !masked).map(({ name }) => name).length, 'false alarms').toBeLessThanOrEqual(1);
  expect(wrong.filter(({ name }) => name.startsWith('mnist-'))).toEqual([]);
});
