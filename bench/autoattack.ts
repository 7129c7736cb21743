/**
 * AutoAttack, version standard, by Gibbon and by its authors' code (fra31/auto-attack on PyTorch), member by member, one process with one thread each, in turn.
 * Writes bench/AUTOATTACK.md. Options: --cases id,id · --images 300 · --seeds 0,1,2 · --python … · --reference <checkout> (default $GIBBON_AUTOATTACK) · --out file
 * Without Python or the checkout only Gibbon runs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { AttackSample } from '../src/attacks/attack.ts';
import { auto, kindOf, membersOf } from '../src/attacks/evasion/auto.ts';
import { inTurn } from '../src/attacks/in-turn.ts';
import { writeNpz } from '../src/data/npy-write.ts';
import type { Target } from '../src/model/target.ts';
import { CIFAR, cifar, fixture, MNIST, mnist, targetAt } from '../test/conformance/attacks-fixtures.ts';

const here = dirname(fileURLToPath(import.meta.url));

interface Case {
  readonly id: string;
  readonly model: string;
  readonly epsilon: number;
}

const CASES: readonly Case[] = [
  { id: 'cifar_cnn_a_adv', model: 'cifar10/cifar_cnn_a_adv.onnx', epsilon: 8 / 255 },
  { id: 'cifar_cnn_a_mix', model: 'cifar10/cifar_cnn_a_mix.onnx', epsilon: 8 / 255 },
  { id: 'lenet5_adv', model: 'mnist/mnist_lenet5_advtrained.onnx', epsilon: 0.3 },
  { id: 'mnist_cnn_a_adv', model: 'mnist/mnist_cnn_a_adv.onnx', epsilon: 0.3 },
  { id: 'mnist_kw', model: 'mnist/mnist_kw_eps0.1.onnx', epsilon: 0.1 },
];

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: 'cifar_cnn_a_adv,lenet5_adv' },
    images: { type: 'string', default: '300' },
    seeds: { type: 'string', default: '0' },
    python: { type: 'string', default: process.env.GIBBON_PEERS_PYTHON ?? 'python3' },
    reference: { type: 'string', default: process.env.GIBBON_AUTOATTACK ?? '' },
    out: { type: 'string', default: join(here, 'AUTOATTACK.md') },
  },
});

/** What one member did and cost. */
interface Stage {
  readonly attack: string;
  readonly left: number;
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
  /** Rows that went forward, and rows that came back. */
  readonly forward: number;
  readonly backward: number;
}

interface Side {
  readonly clean: number;
  readonly members: readonly Stage[];
  readonly standing: readonly number[];
}

async function gibbon(target: Target, all: readonly AttackSample[], epsilon: number, seed: number): Promise<Side> {
  const right = await standing(
    target,
    all,
    all.map(({ x }) => x),
    epsilon,
  );
  let left = right;
  const members: Stage[] = [];
  for (const member of membersOf(kindOf(target, 'linf'), auto.params.parse({}) as Parameters<typeof membersOf>[1])) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const proposals = await inTurn({ target, params: {}, norm: 'linf', epsilon, seed, batch: 32 }, [member], left);
    left = await standing(
      target,
      left,
      proposals.map(({ candidate }) => candidate as Float32Array),
      epsilon,
    );
    const { user, system } = process.cpuUsage(cpu);
    members.push({
      attack: member.attack.id,
      left: left.length,
      wall: (performance.now() - start) / 1000,
      cpu: (user + system) / 1e6,
      forward: proposals.reduce((sum, { queries }) => sum + queries, 0),
      backward: proposals.reduce((sum, { gradients }) => sum + gradients, 0),
    });
  }
  return { clean: right.length, members, standing: left.map(({ index }) => index) };
}

/** Examples whose point does not fool the untouched model, or lies outside the ball. */
async function standing(
  target: Target,
  samples: readonly AttackSample[],
  points: readonly Float32Array[],
  epsilon: number,
): Promise<AttackSample[]> {
  const decisions = await target.judge.decide(points);
  return samples.filter(({ x, label }, i) => {
    const distance = (points[i] as Float32Array).reduce((most, v, k) => Math.max(most, Math.abs(v - (x[k] as number))), 0);
    return decisions[i]?.label === label || distance > epsilon * (1 + 1e-4);
  });
}

function reference({ model, epsilon, id }: Case, samples: readonly AttackSample[], shape: readonly number[], seed: number): Side {
  const folder = join(tmpdir(), 'gibbon-bench');
  mkdirSync(folder, { recursive: true });
  const data = join(folder, `${id}-${samples.length}-auto.npz`);
  const x = new Float32Array(samples.flatMap(({ x: own }) => [...own]));
  writeFileSync(
    data,
    writeNpz({
      x: { data: x, shape: [samples.length, ...shape], dtype: 'float32' },
      y: { data: samples.map(({ label }) => label), shape: [samples.length], dtype: 'int32' },
    }),
  );
  const flags = [
    '--model',
    fixture(model),
    '--data',
    data,
    '--epsilon',
    String(epsilon),
    '--seed',
    String(seed),
    '--reference',
    options.reference,
  ];
  const out = execFileSync(options.python, [join(here, 'autoattack_peer.py'), ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(out.toString()) as Side;
}

const sum = ({ members }: Side, of: 'wall' | 'cpu'): number => members.reduce((all, one) => all + one[of], 0);
const micro = ({ cpu, forward, backward }: Stage): string => `${((cpu / Math.max(1, backward || forward)) * 1e6).toFixed(0)} µs`;

function table(ours: Side, theirs: Side | undefined): string[] {
  const head = ['member', 'left', 'wall', 'CPU', 'rows forward', 'rows back', 'CPU per gradient (Square: question)'];
  const row = (who: string, one: Stage): string =>
    `| ${who} ${one.attack} | ${one.left} | ${one.wall.toFixed(1)} s | ${one.cpu.toFixed(1)} s | ${one.forward} | ${one.backward} | ${micro(one)} |`;
  return [
    `| ${head.join(' | ')} |`,
    `| --- | ${head
      .slice(1)
      .map(() => '--:')
      .join(' | ')} |`,
    ...ours.members.flatMap((one, i) => [row('Gibbon', one), ...(theirs?.members[i] ? [row('reference', theirs.members[i])] : [])]),
  ];
}

async function run(one: Case): Promise<string[]> {
  const isMnist = one.model.startsWith('mnist');
  const preprocessing = isMnist ? MNIST : CIFAR;
  const target = await targetAt(fixture(one.model), preprocessing);
  const samples = (isMnist ? mnist(Number(options.images)) : cifar()).slice(0, Number(options.images));
  const lines = ['', `## ${one.id}, ${samples.length} images, epsilon ${one.epsilon}`];
  const union = new Set<number>();
  let left: readonly number[] = [];
  for (const [i, seed] of options.seeds.split(',').map(Number).entries()) {
    const theirs = withReference ? reference(one, samples, preprocessing.shape, seed) : undefined;
    const ours = await gibbon(target, samples, one.epsilon, seed);
    lines.push(
      '',
      `Seed ${seed}${theirs ? `: wall ${(sum(ours, 'wall') / sum(theirs, 'wall')).toFixed(2)}, CPU ${(sum(ours, 'cpu') / sum(theirs, 'cpu')).toFixed(2)} of the reference's` : ''}.`,
      '',
      ...table(ours, theirs),
    );
    if (i === 0) left = ours.standing;
    for (const index of samples.keys()) if (theirs && !theirs.standing.includes(index)) union.add(index);
    process.stdout.write(`${lines.slice(-2 - ours.members.length * 2).join('\n')}\n`);
  }
  await target.release();
  const missed = left.filter((index) => union.has(index));
  return withReference
    ? [...lines, '', `Left by Gibbon's first seed and broken by a seed of the reference: ${missed.join(', ') || 'none'}.`]
    : lines;
}

const withReference = existsSync(join(options.reference, 'autoattack'));
if (!withReference) process.stderr.write('No checkout of fra31/auto-attack (--reference or $GIBBON_AUTOATTACK): only Gibbon runs.\n');
const text = [
  '# AutoAttack beside its reference',
  '',
  `\`npx jiti bench/autoattack.ts --cases ${options.cases} --images ${options.images} --seeds ${options.seeds}\`; load average before: ${loadavg()[0]?.toFixed(1)}. Both sides: one process, one thread, one after the other. "left" counts what stands after a member. The reference stops at no example before the member's end; Gibbon does.`,
];
for (const one of CASES.filter(({ id }) => options.cases.split(',').includes(id))) text.push(...(await run(one)));
writeFileSync(options.out, `${text.join('\n')}\n`);
