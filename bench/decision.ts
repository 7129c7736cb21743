/**
 * Attacks that see labels only beside Foolbox's and ART's, on the same ONNX files and images: median distances after as many questions, failures as infinite, and questions per second of CPU time.
 * Options: --images 20 · --networks clntrained,advtrained · --attacks hop-skip-jump-l2,rays-linf · --python /path/to/python (default $GIBBON_PEERS_PYTHON, else python3) · --out file
 */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readModelFile } from '../src/model/model-file.ts';
import { createTarget } from '../src/model/target.ts';
import { ortNode } from '../src/runtime/ort-node.ts';
import { CASES, type Case, dataFile, fixtures } from './cases.ts';
import { type Attacking, attacked, failedOf, finiteOrNot, medianOf, PREPROCESSING, table } from './distances.ts';
import { measure } from './measure.ts';
import { peerVersions } from './sides.ts';

const here = dirname(fileURLToPath(import.meta.url));

interface Pairing extends Attacking {
  /** Questions for each image, rising. */
  readonly budgets: readonly number[];
  /** A peer, and the name of its attack in decision.py. */
  readonly peers: readonly (readonly ['foolbox' | 'art', string])[];
}

const PAIRINGS: readonly Pairing[] = [
  {
    attack: 'hop-skip-jump',
    norm: 'l2',
    budgets: [1000, 5000, 10_000],
    peers: [
      ['foolbox', 'hop-skip-jump l2'],
      ['art', 'hop-skip-jump l2'],
    ],
  },
  {
    attack: 'hop-skip-jump',
    norm: 'linf',
    budgets: [1000, 3000],
    peers: [
      ['foolbox', 'hop-skip-jump linf'],
      ['art', 'hop-skip-jump linf'],
    ],
  },
  { attack: 'boundary', norm: 'l2', budgets: [1000, 3000], peers: [['foolbox', 'boundary l2']] },
  { attack: 'rays', norm: 'linf', budgets: [1000, 3000], peers: [['art', 'geoda linf']] },
];

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '20' },
    networks: { type: 'string', default: 'clntrained,advtrained' },
    attacks: { type: 'string' },
    python: { type: 'string', default: process.env.GIBBON_PEERS_PYTHON ?? 'python3' },
    out: { type: 'string', default: join(here, 'DECISION.md') },
  },
});
const log = (text: string): boolean => process.stderr.write(`${text}\n`);
const idOf = ({ attack, norm }: Pairing): string => `${attack}-${norm}`;

/** Distances for each budget, and questions per second of CPU time. */
interface Found {
  readonly distances: readonly (readonly number[])[];
  readonly perSecond: number;
  /** Microseconds of CPU for each question that the model itself takes. */
  readonly model: number;
}

async function gibbon(model: string, pairing: Pairing, mnist: Case): Promise<Found> {
  const distances: (readonly number[])[] = [];
  let [queries, cpu] = [0, 0];
  for (const maxQueries of pairing.budgets) {
    const side = await attacked(model, { ...pairing, params: { maxQueries } }, mnist);
    distances.push(side.distances);
    queries += side.queries;
    cpu += side.cpuSeconds;
  }
  return { distances, perSecond: queries / cpu, model: await modelAlone(model, mnist) };
}

/** What decisions take that nobody steers by: the floor of whatever asks. */
async function modelAlone(model: string, { images, read }: Case): Promise<number> {
  const target = await createTarget(await readModelFile(model), PREPROCESSING, ortNode, { threads: 1 });
  const { x } = await read(images);
  const rows = Array.from({ length: 20 * images }, (_, i) => x.subarray((i % images) * target.size, ((i % images) + 1) * target.size));
  await target.judge.answer(rows);
  const used = process.cpuUsage();
  await target.judge.answer(rows);
  const { user, system } = process.cpuUsage(used);
  await target.release();
  return (user + system) / rows.length;
}

interface Answer {
  readonly cpuPerQuestion: number;
  readonly modelPerQuestion: number;
  readonly distances: (number | null)[][];
  readonly versions: Readonly<Record<string, string>>;
}

async function peer(model: string, { budgets }: Pairing, [name, attack]: Pairing['peers'][number], mnist: Case): Promise<Found> {
  const flags = Object.entries({ model, data: await dataFile(mnist), peer: name, attack, budgets: budgets.join(), limit: mnist.images });
  const args = [join(here, 'decision.py'), ...flags.flatMap(([flag, value]) => [`--${flag}`, String(value)])];
  const answer = JSON.parse((await measure(options.python, args)).stdout) as Answer;
  Object.assign(versions ?? {}, answer.versions);
  return {
    distances: answer.distances.map(finiteOrNot),
    perSecond: 1 / answer.cpuPerQuestion,
    model: 1e6 * answer.modelPerQuestion,
  };
}

interface Row {
  readonly budgets: readonly number[];
  readonly names: readonly [network: string, attack: string, peer: string];
  readonly own: Found;
  readonly theirs: Found | undefined;
}

const DISTANCES = ['network', 'attack', 'peer', 'questions', 'median', 'its median', 'ratio', 'failed', 'its failed'];
const SPEED = ['network', 'attack', 'peer', 'questions per CPU second', 'its', 'ratio', 'model, µs', 'its', 'most'];

function distanceRows({ budgets, names, own, theirs }: Row): string[][] {
  return budgets.map((budget, i) => {
    const [mine, other] = [own.distances[i]!, theirs?.distances[i]];
    const beside = (text: (distances: readonly number[]) => string): string => (other ? text(other) : '–');
    return [
      ...names,
      String(budget),
      medianOf(mine).toFixed(4),
      beside((one) => medianOf(one).toFixed(4)),
      beside((one) => (medianOf(mine) / medianOf(one)).toFixed(3)),
      String(failedOf(mine)),
      beside((one) => String(failedOf(one))),
    ];
  });
}

function speedRow({ names, own, theirs }: Row): string[] {
  const beside = (text: (other: Found) => string): string => (theirs ? text(theirs) : '–');
  return [
    ...names,
    own.perSecond.toFixed(0),
    beside(({ perSecond }) => perSecond.toFixed(0)),
    beside(({ perSecond }) => (own.perSecond / perSecond).toFixed(1)),
    own.model.toFixed(0),
    beside(({ model }) => model.toFixed(0)),
    beside(({ perSecond }) => (1e6 / perSecond / own.model).toFixed(1)),
  ];
}

function markdown(rows: readonly Row[], versions: Readonly<Record<string, string>>): string {
  const used = Object.entries({ 'onnxruntime-node': ortNode.version, ...versions }).map(([name, version]) => `${name} ${version}`);
  return [
    '# Attacks that see labels only, beside Foolbox and ART',
    '',
    `Written by \`npm run bench:decision\` (\`--networks ${options.networks}\`): the first ${options.images} MNIST test images on advertorch's LeNet5 pair, by as many questions for each image. Medians count failures as infinite and images that the model gets wrong anyway as 0; a ratio up to 1 means that Gibbon's points are at least as near.`,
    "A peer is credited with the nearest point that fooled the model among all that it asked about within the budget, whatever its attack would have returned; Gibbon with what it returned when told the budget. Each side's parameters are its defaults, but for the peers' number of steps: only questions end a walk.",
    '',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${used.join(', ')}. One thread and one run each.`,
    '',
    table(DISTANCES, 3, rows.flatMap(distanceRows)),
    '',
    '## Questions per second of CPU time',
    '',
    'The whole attack on one thread, loading apart: Gibbon asks about the images together, up to 32 of them, Foolbox as well, ART about one after the other.',
    'The model alone takes so many microseconds of that for each question: ONNX Runtime in runs of 50 rows, PyTorch in the batches that the peer makes. Nothing that asks the model can be faster: "most" is the ratio that an attack without any arithmetic of its own would reach.',
    '',
    table(SPEED, 3, rows.map(speedRow)),
    '',
  ].join('\n');
}

const wanted = options.attacks?.split(',') ?? PAIRINGS.map(idOf);
const unknown = wanted.filter((id) => !PAIRINGS.some((one) => idOf(one) === id));
if (unknown.length > 0) throw new Error(`no pairing ${unknown.join(', ')}; there are ${PAIRINGS.map(idOf).join(', ')}`);
const versions = await peerVersions(options.python);
if (versions === undefined) log(`${options.python} has no PyTorch and foolbox (see bench/README.md): Gibbon's medians stand alone.`);
const mnist: Case = { ...CASES.find(({ id }) => id === 'lenet5')!, images: Number(options.images) };
const rows: Row[] = [];
for (const network of options.networks.split(',')) {
  const model = join(fixtures, `mnist/mnist_lenet5_${network}.onnx`);
  if (!existsSync(model)) {
    log(`${network} is skipped: ${model} is missing; set GIBBON_FIXTURES.`);
    continue;
  }
  for (const pairing of PAIRINGS.filter((one) => wanted.includes(idOf(one)))) {
    const own = await gibbon(model, pairing, mnist);
    for (const one of versions === undefined ? [undefined] : pairing.peers) {
      const theirs = one && (await peer(model, pairing, one, mnist));
      rows.push({ budgets: pairing.budgets, names: [network, `${pairing.attack} ${pairing.norm}`, one?.join(' ') ?? 'none'], own, theirs });
      log([...distanceRows(rows.at(-1)!), speedRow(rows.at(-1)!)].map((cells) => cells.join('  ')).join('\n'));
    }
  }
}
if (rows.length > 0) writeFileSync(options.out, markdown(rows, versions ?? {}));
