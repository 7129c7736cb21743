/**
 * Minimal-norm attacks beside Foolbox's with the same settings, on the same ONNX files and images: median distances, failures as infinite.
 * Options: --images 200 · --attacks deepfool-l2,fmn-l1 · --python /path/to/python (default $GIBBON_PEERS_PYTHON, else python3) · --out file
 */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { attackOf } from '../src/attacks/registry.ts';
import { readModelFile } from '../src/model/model-file.ts';
import { createTarget } from '../src/model/target.ts';
import { ortNode } from '../src/runtime/ort-node.ts';
import { quantile } from '../src/stats/quantile.ts';
import type { Norm } from '../src/threat/ball.ts';
import { CASES, type Case, dataFile, fixtures } from './cases.ts';
import { measure } from './measure.ts';
import { peerVersions } from './sides.ts';

const here = dirname(fileURLToPath(import.meta.url));
const NETWORKS = ['clntrained', 'advtrained'] as const;

interface Pairing {
  readonly attack: string;
  readonly norm: Norm;
  /** Names of the peer's forms in minimal.py. */
  readonly peers: readonly string[];
  /** Steps of both sides, where the default would take a day. */
  readonly steps?: number;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Instead of 10 000 steps in each of nine rounds. */
const FEWER = 1000;

const PAIRINGS: readonly Pairing[] = [
  { attack: 'carlini-wagner', norm: 'l2', peers: ['carlini-wagner l2'], steps: FEWER },
  { attack: 'deepfool', norm: 'l2', peers: ['deepfool l2'] },
  { attack: 'deepfool', norm: 'linf', peers: ['deepfool linf'] },
  { attack: 'ead', norm: 'l1', peers: ['ead l1'], steps: FEWER },
  { attack: 'fmn', norm: 'l1', peers: ['fmn l1'] },
  { attack: 'fmn', norm: 'l2', peers: ['fmn l2', 'fmn l2 mended'] },
  { attack: 'fmn', norm: 'linf', peers: ['fmn linf'] },
];

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '200' },
    attacks: { type: 'string' },
    python: { type: 'string', default: process.env.GIBBON_PEERS_PYTHON ?? 'python3' },
    out: { type: 'string', default: join(here, 'MINIMAL.md') },
  },
});
const images = Number(options.images);
const log = (text: string): boolean => process.stderr.write(`${text}\n`);
const idOf = ({ attack, norm }: Pairing): string => `${attack}-${norm}`;
const nameOf = ({ attack, norm, steps }: Pairing): string => `${attack} ${norm}${steps === undefined ? '' : `, ${steps} steps a round`}`;

/** One distance for each image: 0 where the model is wrong already, infinite where nothing was found. */
interface Side {
  readonly distances: readonly number[];
  readonly seconds: number;
}

async function gibbon(model: string, { attack, norm, params, steps }: Pairing, mnist: Case): Promise<Side> {
  const preprocessing = {
    modality: 'image',
    layout: 'NCHW',
    channels: 'grayscale',
    shape: [1, 28, 28],
    mean: [0],
    std: [1],
    resize: 'stretch',
  } as const;
  const target = await createTarget(await readModelFile(model), preprocessing, ortNode, { threads: 1 });
  const { x, y } = await mnist.read(images);
  const samples = [...y].map((label, index) => ({ index, label, x: x.slice(index * 784, (index + 1) * 784) }));
  const started = performance.now();
  const proposals = await attackOf(attack).run(
    { target, params: { ...params, ...(steps && { steps }) }, norm, epsilon: 0, seed: 0, batch: 32 },
    samples,
  );
  const seconds = (performance.now() - started) / 1000;
  const clean = await target.judge.decide(samples.map((sample) => sample.x));
  const found = await target.judge.decide(proposals.map(({ candidate }, i) => candidate ?? samples[i]!.x));
  const distances = samples.map((sample, i) => {
    if (clean[i]!.label !== sample.label) return 0;
    const candidate = proposals[i]!.candidate;
    if (candidate === undefined || found[i]!.label === sample.label) return Number.POSITIVE_INFINITY;
    return lengthOf(
      norm,
      candidate.map((v, k) => v - sample.x[k]!),
    );
  });
  await target.release();
  return { distances, seconds };
}

function lengthOf(norm: Norm, d: Float32Array): number {
  if (norm === 'l2') return Math.hypot(...d);
  return norm === 'linf' ? Math.max(...d.map(Math.abs)) : d.reduce((sum, v) => sum + Math.abs(v), 0);
}

async function foolbox(model: string, attack: string, steps: number | undefined, mnist: Case): Promise<Side> {
  const flags = Object.entries({ model, data: await dataFile(mnist), attack, limit: images, ...(steps && { steps }) });
  const args = [join(here, 'minimal.py'), ...flags.flatMap(([name, value]) => [`--${name}`, String(value)])];
  const { wall, distances } = JSON.parse((await measure(options.python, args)).stdout) as { wall: number; distances: (number | null)[] };
  return { distances: distances.map((one) => one ?? Number.POSITIVE_INFINITY), seconds: wall };
}

const HEADER = [
  'network',
  'attack',
  'peer',
  'median',
  'its median',
  'ratio',
  'failed',
  'its failed',
  'nearer',
  'farther',
  'seconds',
  'its seconds',
];

const medianOf = ({ distances }: Side): number =>
  quantile(
    distances.toSorted((a, b) => a - b),
    0.5,
  );
const failedOf = ({ distances }: Side): number => distances.filter((one) => one === Number.POSITIVE_INFINITY).length;

function row(names: readonly string[], own: Side, theirs: Side | undefined): string[] {
  const by = (sign: number): number =>
    own.distances.filter((one, i) => sign * Math.log(one / theirs!.distances[i]!) > Math.log(1.01)).length;
  const beside = (text: () => string): string => (theirs ? text() : '–');
  return [
    ...names,
    medianOf(own).toFixed(4),
    beside(() => medianOf(theirs!).toFixed(4)),
    beside(() => (medianOf(own) / medianOf(theirs!)).toFixed(3)),
    String(failedOf(own)),
    beside(() => String(failedOf(theirs!))),
    beside(() => String(by(-1))),
    beside(() => String(by(1))),
    own.seconds.toFixed(1),
    beside(() => theirs!.seconds.toFixed(1)),
  ];
}

function markdown(rows: readonly (readonly string[])[], versions: Readonly<Record<string, string>>): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const used = Object.entries({ 'onnxruntime-node': ortNode.version, ...versions }).map(([name, version]) => `${name} ${version}`);
  return [
    '# Minimal-norm attacks beside Foolbox',
    '',
    `Written by \`npm run bench:minimal\`: the first ${images} MNIST test images on advertorch's LeNet5 pair, each attack with its defaults, which are Foolbox's, but for the steps where a number of them is given. Medians count failures as infinite and images that the model gets wrong anyway as 0; a ratio up to 1 means that Gibbon's points are at least as near.`,
    'Nearer and farther count images on which the distances differ by more than 1 %. Each side decides on its own points with its own run of the model: ONNX Runtime, PyTorch.',
    '',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${used.join(', ')}. One thread and one run each: the seconds are no measurement of speed.`,
    '',
    line(HEADER),
    line(HEADER.map((_, i) => (i < 3 ? '---' : '---:'))),
    ...rows.map(line),
    '',
  ].join('\n');
}

const wanted = options.attacks?.split(',') ?? PAIRINGS.map(idOf);
const unknown = wanted.filter((id) => !PAIRINGS.some((one) => idOf(one) === id));
if (unknown.length > 0) throw new Error(`no pairing ${unknown.join(', ')}; there are ${PAIRINGS.map(idOf).join(', ')}`);
const versions = await peerVersions(options.python);
if (versions === undefined) log(`${options.python} has no PyTorch and foolbox (see bench/README.md): Gibbon's medians stand alone.`);
const mnist: Case = { ...CASES.find(({ id }) => id === 'lenet5')!, images };
const rows: string[][] = [];
for (const network of NETWORKS) {
  const model = join(fixtures, `mnist/mnist_lenet5_${network}.onnx`);
  if (!existsSync(model)) {
    log(`${network} is skipped: ${model} is missing; set GIBBON_FIXTURES.`);
    continue;
  }
  for (const pairing of PAIRINGS.filter((one) => wanted.includes(idOf(one)))) {
    const own = await gibbon(model, pairing, mnist);
    for (const peer of versions === undefined ? [undefined] : pairing.peers) {
      const theirs = peer === undefined ? undefined : await foolbox(model, peer, pairing.steps, mnist);
      rows.push(row([network, nameOf(pairing), peer ?? 'none'], own, theirs));
      log(rows.at(-1)!.join('  '));
    }
  }
}
if (rows.length > 0) writeFileSync(options.out, markdown(rows, versions ?? {}));
