/**
 * CPU and memory of every attack that follows gradients, beside PGD: each in a process of its own with one thread. Writes bench/COST.md.
 * Options: --model path (a fixture) · --images 100 · --rounds 3 · --out file
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultBatch } from '../src/attacks/iterate.ts';
import { ATTACKS, attackOf } from '../src/attacks/registry.ts';
import { isNorm } from '../src/threat/metric.ts';
import { CIFAR, cifar, fixture, MNIST, mnist, targetAt } from '../test/conformance/attacks-fixtures.ts';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: 'mnist/mnist_lenet5_advtrained.onnx,cifar10/cifar_cnn_a_adv.onnx' },
    images: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: join(here, 'COST.md') },
    one: { type: 'string' },
  },
});

interface Spent {
  /** Seconds of CPU, without opening and compiling. */
  readonly cpu: number;
  readonly gradients: number;
  readonly queries: number;
  /** Bytes that the attack added to the process at its peak. */
  readonly bytes: number;
}

/** So many steps each: enough that the first, which compiles, is no part of it. */
const STEPS = 40;
/** Epsilons that few examples fall at, so that most go their whole way. */
const EPSILON: Readonly<Record<string, number>> = { linf: 0.01, l2: 0.05, l1: 0.5, l0: 1 };

/** PGD has no form in L0. */
const PGD_NORM: Readonly<Record<string, string>> = { l0: 'l1' };

const peak = (): number => process.resourceUsage().maxRSS * 1024;

async function spent(model: string, id: string, norm: string): Promise<Spent> {
  const isMnist = model.startsWith('mnist');
  const target = await targetAt(fixture(model), isMnist ? MNIST : CIFAR);
  const samples = (isMnist ? mnist(Number(options.images)) : cifar()).slice(0, Number(options.images));
  const { params: schema, run } = attackOf(id);
  const wanted = { steps: STEPS, searchSteps: 2, goals: 3, maxQueries: 100 };
  const params = Object.fromEntries(Object.entries(wanted).filter(([name]) => name in schema.shape));
  const epsilon = EPSILON[norm] as number;
  const ask = (n: number) =>
    run({ target, params, norm: norm as 'linf', epsilon, seed: 0, batch: defaultBatch(target) }, samples.slice(0, n));
  await target.judge.decide(samples.map(({ x }) => x));
  const before = peak();
  // All batch sizes of the real run are compiled here.
  await ask(samples.length);
  const start = process.cpuUsage();
  const proposals = await ask(samples.length);
  const { user, system } = process.cpuUsage(start);
  const sum = (name: 'gradients' | 'queries'): number => proposals.reduce((total, one) => total + one[name], 0);
  return { cpu: (user + system) / 1e6, gradients: sum('gradients'), queries: sum('queries'), bytes: peak() - before };
}

function measured(model: string, id: string, norm: string): Spent {
  const made = execFileSync(
    'npx',
    ['jiti', fileURLToPath(import.meta.url), '--one', `${model},${id},${norm}`, '--images', options.images],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return JSON.parse(made.toString()) as Spent;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

function table(model: string): string[] {
  const rows: string[] = [];
  for (const { id, norms, knowledge } of ATTACKS) {
    // Those made of several cost what their members do.
    if (knowledge !== 'gradients' || id === 'auto' || id === 'best') continue;
    for (const norm of norms.filter(isNorm)) {
      const [ratios, memory]: [number[], number[]] = [[], []];
      for (let round = 0; round < Number(options.rounds); round++) {
        // In pairs, so that other work on the machine slows both.
        const reference = measured(model, 'pgd', PGD_NORM[norm] ?? norm);
        const own = measured(model, id, norm);
        ratios.push(own.cpu / own.gradients / (reference.cpu / reference.gradients));
        memory.push(own.bytes / 2 ** 20);
      }
      const line = `| ${id} | ${norm} | ${median(ratios).toFixed(2)} | ${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)} | ${median(memory).toFixed(0)} MiB |`;
      process.stderr.write(`${line}\n`);
      rows.push(line);
    }
  }
  return [
    `## ${model}`,
    '',
    '| attack | norm | CPU per gradient, PGD = 1 | range | memory |',
    '| --- | --- | --: | --: | --: |',
    ...rows,
    '',
  ];
}

if (options.one !== undefined) {
  const [model, id, norm] = options.one.split(',') as [string, string, string];
  process.stdout.write(JSON.stringify(await spent(model, id, norm)));
} else {
  const load = loadavg()[0]?.toFixed(1);
  const text = [
    '# What attacks cost',
    '',
    `CPU per gradient of each attack that follows gradients, as a ratio to PGD in the same norm on the same network, and what the attack added to the peak of the process's memory. ${options.images} examples, ${STEPS} steps, median of ${options.rounds} pairs; a process of one thread for each; the model is compiled before. Load average before: ${load}.`,
    '',
    '`npm run bench:cost`',
    '',
    ...options.models.split(',').flatMap(table),
  ];
  writeFileSync(options.out, text.join('\n'));
}
