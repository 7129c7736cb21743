/**
 * Minimal-norm attacks beside Foolbox's with the same settings, on the same ONNX files and images: median distances, failures as infinite.
 * Options: --images 200 · --attacks deepfool-l2,fmn-l1 · --python /path/to/python (default $GIBBON_PEERS_PYTHON, else python3) · --out file
 */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ortNode } from '../src/runtime/ort-node.ts';
import { CASES, type Case, dataFile, fixtures } from './cases.ts';
import { type Attacking, attacked, failedOf, finiteOrNot, medianOf, type Side, table } from './distances.ts';
import { measure } from './measure.ts';
import { peerVersions } from './sides.ts';

const here = dirname(fileURLToPath(import.meta.url));
const NETWORKS = ['clntrained', 'advtrained'] as const;

interface Pairing extends Attacking {
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

async function foolbox(model: string, attack: string, steps: number | undefined, mnist: Case): Promise<Side> {
  const flags = Object.entries({ model, data: await dataFile(mnist), attack, limit: images, ...(steps && { steps }) });
  const args = [join(here, 'minimal.py'), ...flags.flatMap(([name, value]) => [`--${name}`, String(value)])];
  const { wall, distances } = JSON.parse((await measure(options.python, args)).stdout) as { wall: number; distances: (number | null)[] };
  return { distances: finiteOrNot(distances), seconds: wall };
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

function row(names: readonly string[], own: Side, theirs: Side | undefined): string[] {
  const by = (sign: number): number =>
    own.distances.filter((one, i) => sign * Math.log(one / theirs!.distances[i]!) > Math.log(1.01)).length;
  const beside = (text: () => string): string => (theirs ? text() : '–');
  return [
    ...names,
    medianOf(own.distances).toFixed(4),
    beside(() => medianOf(theirs!.distances).toFixed(4)),
    beside(() => (medianOf(own.distances) / medianOf(theirs!.distances)).toFixed(3)),
    String(failedOf(own.distances)),
    beside(() => String(failedOf(theirs!.distances))),
    beside(() => String(by(-1))),
    beside(() => String(by(1))),
    own.seconds.toFixed(1),
    beside(() => theirs!.seconds.toFixed(1)),
  ];
}

function markdown(rows: readonly (readonly string[])[], versions: Readonly<Record<string, string>>): string {
  const used = Object.entries({ 'onnxruntime-node': ortNode.version, ...versions }).map(([name, version]) => `${name} ${version}`);
  return [
    '# Minimal-norm attacks beside Foolbox',
    '',
    `Written by \`npm run bench:minimal\`: the first ${images} MNIST test images on advertorch's LeNet5 pair, each attack with its defaults, which are Foolbox's, but for the steps where a number of them is given. Medians count failures as infinite and images that the model gets wrong anyway as 0; a ratio up to 1 means that Gibbon's points are at least as near.`,
    'Nearer and farther count images on which the distances differ by more than 1 %. Each side decides on its own points with its own run of the model: ONNX Runtime, PyTorch.',
    '',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${used.join(', ')}. One thread and one run each: the seconds are no measurement of speed.`,
    '',
    table(HEADER, 3, rows),
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
    const params = { ...pairing.params, ...(pairing.steps !== undefined && { steps: pairing.steps }) };
    const own = await attacked(model, { ...pairing, params }, mnist);
    for (const peer of versions === undefined ? [undefined] : pairing.peers) {
      const theirs = peer === undefined ? undefined : await foolbox(model, peer, pairing.steps, mnist);
      rows.push(row([network, nameOf(pairing), peer ?? 'none'], own, theirs));
      log(rows.at(-1)!.join('  '));
    }
  }
}
if (rows.length > 0) writeFileSync(options.out, markdown(rows, versions ?? {}));
