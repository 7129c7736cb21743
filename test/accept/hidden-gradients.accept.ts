/**
 * A quantised, a sign-activation, a JPEG-preprocessed and a random model: PGD with the gradients that the file has (one draw, no stand-in) is fooled, `auto`
 * with stand-ins and averages over draws is not, and the evidence names the cause. Other epsilons and another seed beside them. Prints the table.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { AuditResult } from '../../src/audit/result.ts';
import { DEMO, gibbon, resultIn, runFolder, scratch } from '../support/cli.ts';
import { jpegLayer } from '../support/jpeg-layer.ts';
import { MASKS, maskedModel } from '../support/masked.ts';
import { signNet } from '../support/sign-net.ts';

const FIXTURES = process.env.GIBBON_FIXTURES ?? resolve(import.meta.dirname, '../../../shared/fixtures');
const dir = scratch();
const MNIST = ['--data', DEMO.images, '--labels', DEMO.labels, '--mean', '0', '--std', '1', '--n', '100'];
const CIFAR = ['--data', join(FIXTURES, 'cifar10/cifar10_test_first300.bin'), '--n', '50'];
const RESNET = join(FIXTURES, 'cifar10/cifar10_resnet20.onnx');

interface Case {
  readonly name: string;
  readonly model: () => string | Promise<string>;
  readonly args: readonly string[];
  readonly epsilons: readonly string[];
  readonly variant: 'standard' | 'rand';
  /** The finding that names the cause. */
  readonly finding: string;
}

const masked = (name: 'quantised-activations' | 'training-dropout') => (): string =>
  maskedModel(DEMO.natural, MASKS[name], join(dir, `${name}.onnx`));

const CASES: readonly Case[] = [
  {
    name: 'quantised',
    model: masked('quantised-activations'),
    args: MNIST,
    epsilons: ['0.1', '0.15'],
    variant: 'standard',
    finding: 'masked-gradients',
  },
  {
    name: 'sign',
    model: () => signNet(join(dir, 'sign.onnx')),
    args: MNIST,
    epsilons: ['0.1', '0.05'],
    variant: 'standard',
    finding: 'masked-gradients',
  },
  {
    name: 'jpeg',
    model: () => maskedModel(RESNET, { front: jpegLayer(50) }, join(dir, 'jpeg.onnx')),
    args: CIFAR,
    epsilons: ['8/255', '6/255'],
    variant: 'standard',
    finding: 'masked-gradients',
  },
  { name: 'random', model: masked('training-dropout'), args: MNIST, epsilons: ['0.1', '0.12'], variant: 'rand', finding: 'random-answers' },
];

type Model = AuditResult['models'][number];

async function attacked(flags: readonly string[]): Promise<Model['summary']> {
  const ended = await gibbon(['attack', ...flags, '--json', '-']);
  expect(ended.code, ended.stderr).toBe(0);
  return ((JSON.parse(ended.stdout) as AuditResult).models[0] as Model).summary;
}

const text = ({ value, low, high }: { value: number; low: number; high: number }): string =>
  `${(100 * value).toFixed(0)} % (${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)})`;

it.each(CASES.filter(({ args }) => args !== CIFAR || existsSync(RESNET)))('$name', { timeout: 7_200_000 }, async (one) => {
  const model = await one.model();
  for (const [epsilon, seed] of [...one.epsilons.map((size) => [size, '0']), [one.epsilons[0], '1']] as [string, string][]) {
    const common = [model, ...one.args, '--epsilon', epsilon, '--seed', seed];
    const plain = await attacked(['pgd', ...common, '--exact-gradients', '--draws', '1']);
    const auto = await attacked(['auto', ...common, '--variant', one.variant]);
    process.stdout.write(
      `${one.name.padEnd(10)} epsilon ${epsilon.padEnd(6)} seed ${seed}: clean ${text(plain.cleanAccuracy)}, plain PGD leaves ${text(plain.robustAccuracy)}, auto ${text(auto.robustAccuracy)}\n`,
    );
    // Fooled: what it leaves lies above what is true, intervals apart.
    expect(plain.robustAccuracy.low).toBeGreaterThan(auto.robustAccuracy.high);
  }
  const checks = ['--only', 'evasion,gradient-masking', '--preset', 'quick', '--epsilon', one.epsilons[0] as string];
  const ended = await gibbon(['audit', model, ...one.args, ...checks]);
  expect(ended.code, ended.stderr).toBe(0);
  const { checks: results, models } = resultIn(runFolder(ended.cwd));
  const findings = results.find(({ id }) => id === 'gradient-masking')?.findings.map(({ id }) => id) ?? [];
  process.stdout.write(
    `${one.name.padEnd(10)} ${models[0]?.summary.verdict}, ${models[0]?.maskedGradients.join(', ')}; ${findings.join(', ')}\n`,
  );
  expect(findings).toContain(one.finding);
});
