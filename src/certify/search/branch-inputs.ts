/**
 * Branch and bound over the input, for inputs of few values: boxes are clipped to where a violation is not yet excluded and halved along the coordinate by which
 * the bounds vary most, until each is proved or holds a counterexample. What is known of a box's layers holds for its halves.
 */
import type { HostTensor, Session } from '../../runtime/runtime.ts';
import { climb } from '../bounds/ascent.ts';
import { layerBounds } from '../bounds/crown.ts';
import { type Domain, feedsOf, type LayerBounds } from '../bounds/domain.ts';
import { type Goal, proved, stacked } from '../bounds/goal.ts';
import { clipGraph } from '../graphs/clip-graph.ts';
import type { BoundNetwork } from '../graphs/network.ts';
import { fed } from '../graphs/session.ts';

export interface InputSearch {
  readonly network: BoundNetwork;
  /** The one input's box, [n]. */
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

export interface InputSearchSettings {
  readonly until: () => boolean;
  /** Is there a counterexample near one of these points of open boxes? The point itself, as decided by the untouched model. */
  readonly tried?: (points: readonly Suspect[]) => Promise<Float32Array | undefined>;
  /** Boxes at once. */
  readonly batch?: number;
  readonly progress?: (open: number, closed: number) => void;
}

/** A point of a box that is not proved. */
export interface Suspect {
  readonly point: Float32Array;
  readonly goal: Goal;
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

export interface InputSearched {
  /** Boxes that are neither proved nor refuted. */
  readonly open: number;
  readonly closed: number;
  /** The least proved distance from violation over the open boxes, positive infinity without any. */
  readonly worst: number;
  readonly counterexample?: Float32Array;
}

interface Part {
  readonly goal: Goal;
  readonly lower: Float32Array;
  readonly upper: Float32Array;
  readonly bound: number;
  /** By coordinate, the steepest that a row's bound was in this part or one that it is of. */
  readonly steepest: Float32Array;
  /** What the values between input and output are known to lie between: by the cut's name, lower and upper ends. */
  readonly layers?: ReadonlyMap<string, readonly [Float32Array, Float32Array]>;
}

/** Sizes of batches: each is a set of graphs of its own. */
const BATCHES = [1, 16, 64, 256];
/** With so much of the steepest that its bound was around a part, a coordinate counts at least: what is level there may well be steep in the halves. */
const STEEP_BEFORE = 0.1;
/** Slopes from here on, and what is no number, say only that there is no bound: the widest coordinate is halved. */
const STEEPEST = 1e20;
/** How the slopes of the output's rows are raised: in few steps, so in large ones (at α-CROWN's usual 0.1, two of ACAS Xu's instances took five and more than twenty times the boxes). */
const CLIMB = { steps: 4, rate: 0.5, decay: 0.7 };
/** Ends of layers that open boxes may keep: 1 GiB. Boxes beyond them begin anew. */
const KEPT = 2 ** 28;

export async function branchInputs(task: InputSearch, goals: readonly Goal[], settings: InputSearchSettings): Promise<InputSearched> {
  const { until, tried, progress, batch = 256 } = settings;
  const most = task.network.isBatched ? batch : 1;
  const open: Part[] = goals.map((goal) => ({
    goal,
    lower: task.lower,
    upper: task.upper,
    bound: Number.NEGATIVE_INFINITY,
    steepest: new Float32Array(task.lower.length),
  }));
  let closed = 0;
  while (open.length > 0 && !until()) {
    // The newest first: memory stays small, and what is nearest to a violation is looked at soon.
    const chosen = open.splice(-Math.min(most, open.length));
    const found = await bounded(task.network, chosen);
    const undecided = found.filter(({ part }) => isOpen(part));
    closed += chosen.length - undecided.length;
    const counterexample = await tried?.(
      undecided.flatMap(({ corner, part }) => [corner, middle(part)].map((point) => ({ ...part, point }))),
    );
    if (counterexample) return { open: open.length + undecided.length, closed, worst: Number.NEGATIVE_INFINITY, counterexample };
    const halves = undecided.sort((a, b) => b.part.bound - a.part.bound).flatMap(({ part, along }) => halved(part, along));
    const isFull = (open.length + halves.length) * endsOf(task.network) > KEPT;
    open.push(...(isFull ? halves.map(({ layers: _, ...part }) => part) : halves));
    progress?.(open.length, closed);
  }
  return { open: open.length, closed, worst: Math.min(...open.map(({ bound }) => bound)) };
}

interface Found {
  /** The part, clipped. */
  readonly part: Part;
  /** Where the bound is least. */
  readonly corner: Float32Array;
  /** The coordinate to halve. */
  readonly along: number;
}

async function bounded(network: BoundNetwork, parts: readonly Part[]): Promise<Found[]> {
  const batch = BATCHES.find((size) => size >= parts.length) ?? (BATCHES[BATCHES.length - 1] as number);
  const all = Array.from({ length: batch }, (_, i) => parts[Math.min(i, parts.length - 1)] as Part);
  const { name } = network.inputs[0] as { name: string };
  const n = all[0]?.lower.length as number;
  const [lower, upper] = [joined(all.map((part) => part.lower)), joined(all.map((part) => part.upper))];
  const domain: Domain = { batch, norm: 'box', lower: new Map([[name, lower]]), upper: new Map([[name, upper]]) };
  const known = knownOf(all);
  const bounds = await layerBounds(network, domain, 'crown', known && { known });
  const goals = all.map(({ goal }) => goal);
  const { count, data } = stacked(goals, network.outputs);
  const feeds = feedsOf(network, domain, bounds);
  feeds.set('rows', { type: 'float32', shape: [count, batch, network.outputs], data });
  const made = await fed(await network.bound('output', { rows: count, batch, norm: 'box' }), feeds);
  const of = (key: string): Float32Array => made[key]?.data as Float32Array;
  const [least, error, slope] = [of('lower'), of('error'), of(`slope:${name}`)];
  // What has overflowed excludes nothing.
  const left = least.map((value, i) =>
    Number.isFinite(value) ? value - (error[i] as number) - offsetOf(goals, i) : Number.NEGATIVE_INFINITY,
  );
  const clipped = await clippedTo(network, { batch, count, n }, { slope, left, lower, upper });
  const [low, high] = [clipped.lower?.data as Float32Array, clipped.upper?.data as Float32Array];
  const plain = proved(goals, { lower: least, error });
  const rows = { count, data, plain };
  const best = plain.some((value) => !(value > 0)) ? await raised(network, domain, bounds, goals, rows) : plain;
  return parts.map((part, b) => {
    const slopes = Array.from({ length: count }, (_, s) => slope.subarray((s * batch + b) * n, (s * batch + b + 1) * n));
    const own = {
      ...part,
      lower: low.slice(b * n, (b + 1) * n),
      upper: high.slice(b * n, (b + 1) * n),
      bound: best[b] as number,
      steepest: steepestOf(slopes, part.steepest),
      layers: layersOf(network, bounds, b),
    };
    const at = slopes[nearestRow(left, b, { batch, count })] as Float32Array;
    const corner = own.lower.map((value, i) => ((at[i] as number) > 0 ? value : (own.upper[i] as number)));
    return { part: own, corner, along: alongMost(own, slopes) };
  });
}

/** The boxes, `lower` and `upper` [batch, n], less where their rows exclude a violation. */
async function clippedTo(
  network: BoundNetwork,
  { batch, count, n }: { readonly batch: number; readonly count: number; readonly n: number },
  { slope, left, lower, upper }: Readonly<Record<'slope' | 'left' | 'lower' | 'upper', Float32Array>>,
): Promise<Record<string, HostTensor>> {
  const feeds = new Map<string, HostTensor>([
    ['slope', { type: 'float32', shape: [count, batch, n], data: slope }],
    ['left', { type: 'float32', shape: [count, batch], data: left }],
    ['l', { type: 'float32', shape: [batch, n], data: lower }],
    ['u', { type: 'float32', shape: [batch, n], data: upper }],
  ]);
  return fed(await clipper(network, count, batch, n), feeds);
}

/** The bounds with slopes that are raised for each row of the output, the layers' bounds staying as they are (α-CROWN, Xu et al., arXiv:2011.13824). */
async function raised(
  network: BoundNetwork,
  domain: Domain,
  bounds: LayerBounds,
  goals: readonly Goal[],
  { count, data, plain }: { readonly count: number; readonly data: Float32Array; readonly plain: readonly number[] },
): Promise<number[]> {
  const seed = new Map([['rows', { type: 'float32' as const, shape: [count, domain.batch, network.outputs], data }]]);
  const found = await climb({ network, domain, bounds, wanted: 'output', rows: count, seed }, CLIMB);
  return proved(goals, found).map((value, b) => Math.max(value, plain[b] as number));
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const n = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * n);
  for (const [b, row] of rows.entries()) values.set(row, b * n);
  return values;
}

/** What is known of the layers of every part; undefined where one is new. */
function knownOf(parts: readonly Part[]): Pick<LayerBounds, 'lower' | 'upper'> | undefined {
  const layers = parts.flatMap((part) => part.layers ?? []);
  if (layers.length < parts.length) return undefined;
  const ends = (end: 0 | 1): Map<string, Float32Array> =>
    new Map([...(layers[0]?.keys() ?? [])].map((name) => [name, joined(layers.flatMap((own) => own.get(name)?.[end] ?? []))]));
  return { lower: ends(0), upper: ends(1) };
}

/** Numbers that the layers of a part take. */
const endsOf = ({ cuts }: BoundNetwork): number => cuts.reduce((sum, { size }) => sum + 2 * size, 0);

function layersOf({ cuts }: BoundNetwork, { lower, upper }: LayerBounds, b: number): NonNullable<Part['layers']> {
  return new Map(
    cuts
      .filter(({ name }) => lower.has(name))
      .map(({ name, size }) => [
        name,
        [
          (lower.get(name) as Float32Array).slice(b * size, (b + 1) * size),
          (upper.get(name) as Float32Array).slice(b * size, (b + 1) * size),
        ],
      ]),
  );
}

const offsetOf = (goals: readonly Goal[], i: number): number => {
  const { offsets } = goals[i % goals.length] as Goal;
  return offsets[Math.min(Math.floor(i / goals.length), offsets.length - 1)] as number;
};

/** The row of the clause that is nearest to being proved. */
function nearestRow(left: Float32Array, b: number, { batch, count }: { batch: number; count: number }): number {
  let best = 0;
  for (let s = 1; s < count; s++) if ((left[s * batch + b] as number) > (left[best * batch + b] as number)) best = s;
  return best;
}

/** How steep a row's bound is along a coordinate; `otherwise` where there is no bound. */
function steepness(row: Float32Array, i: number, otherwise: number): number {
  const slope = Math.abs(row[i] as number);
  return slope < STEEPEST ? slope : otherwise;
}

/** Of each coordinate the steepest that a row's bound is, or was before. */
const steepestOf = (slopes: readonly Float32Array[], before: Float32Array): Float32Array =>
  before.map((value, i) => Math.max(value, ...slopes.map((row) => steepness(row, i, 0))));

/** Of the coordinates that can be halved, the one along which a row's bound varies most: its slope times the part's width, as α,β-CROWN's `sb` has it. */
function alongMost({ lower, upper, steepest }: Part, slopes: readonly Float32Array[]): number {
  const varies = middle({ lower, upper }).map((value, i) => {
    if (!(value > (lower[i] as number))) return -1;
    const slope = STEEP_BEFORE * (steepest[i] as number) + Math.max(...slopes.map((row) => steepness(row, i, STEEPEST)));
    return slope * ((upper[i] as number) - (lower[i] as number));
  });
  return varies.indexOf(Math.max(...varies));
}

const isOpen = (part: Part): boolean => !(part.bound > 0) && !isEmpty(part);

const isEmpty = ({ lower, upper }: Part): boolean => lower.some((value, i) => value > (upper[i] as number));

const middle = ({ lower, upper }: Pick<Part, 'lower' | 'upper'>): Float32Array =>
  lower.map((value, i) => (value + (upper[i] as number)) / 2);

function halved(part: Part, along: number): Part[] {
  const centre = middle(part)[along] as number;
  const left = { ...part, upper: part.upper.map((value, i) => (i === along ? centre : value)) };
  const right = { ...part, lower: part.lower.map((value, i) => (i === along ? centre : value)) };
  return [left, right];
}

const clippers = new WeakMap<BoundNetwork, Map<string, Promise<Session>>>();

function clipper(network: BoundNetwork, rows: number, batch: number, size: number): Promise<Session> {
  const own = clippers.get(network) ?? new Map<string, Promise<Session>>();
  clippers.set(network, own);
  const key = `${rows} ${batch}`;
  const made = own.get(key) ?? network.runtime.load(clipGraph(rows, batch, size));
  own.set(key, made);
  return made;
}
