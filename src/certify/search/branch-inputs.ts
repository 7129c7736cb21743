/**
 * Branch and bound over the input, for inputs of few values: boxes are clipped to where a violation is not yet excluded and halved where that raises the bounds
 * of both halves most, until each is proved or holds a counterexample. What is known of a box's layers holds for its halves.
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
  /** The bound with CROWN's own slopes, which those of halves that are tried out compare with. */
  readonly plain: number;
  /** What the values between input and output are known to lie between: by the cut's name, lower and upper ends. */
  readonly layers?: ReadonlyMap<string, readonly [Float32Array, Float32Array]>;
}

/** Sizes of batches: each is a set of graphs of its own. */
const BATCHES = [1, 16, 64, 256];
/** A split that gains nothing on one side is still told from one that gains nothing on either. */
const NO_GAIN = 1e-9;
/** Gains below this share of what is missing say nothing of where to halve (judged on six of ACAS Xu's instances: with gains alone, boxes thin in all but one coordinate are never halved along that one). */
const TELLING = 1e-4;
/** Steps in which the slopes of the output's rows are raised. */
const RAISED = 4;
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
    plain: Number.NEGATIVE_INFINITY,
  }));
  let closed = 0;
  while (open.length > 0 && !until()) {
    // The newest first: memory stays small, and what is nearest to a violation is looked at soon.
    const chosen = open.splice(-Math.min(most, open.length));
    const found = await boundedBy(task.network, chosen, 'crown');
    const undecided = found.filter(({ part }) => isOpen(part));
    closed += chosen.length - undecided.length;
    const counterexample = await tried?.(
      undecided.flatMap(({ corner, part }) => [corner, middle(part)].map((point) => ({ ...part, point }))),
    );
    if (counterexample) return { open: open.length + undecided.length, closed, worst: Number.NEGATIVE_INFINITY, counterexample };
    const parts = undecided.map(({ part }) => part).sort((a, b) => b.bound - a.bound);
    const halves = await halvedBest(task, parts, most);
    closed += 2 * parts.length - halves.length;
    const isFull = (open.length + halves.length) * endsOf(task.network) > KEPT;
    open.push(...(isFull ? halves.map(({ layers: _, ...part }) => part) : halves));
    progress?.(open.length, closed);
  }
  return { open: open.length, closed, worst: Math.min(...open.map(({ bound }) => bound)) };
}

/**
 * The halves along that coordinate for which the bounds of both rise most (product of the gains, Achterberg, Constraint Integer Programming, 2007, section 5.4),
 * every coordinate being tried with the layers' bounds of the whole part, intersected with intervals. Halves that this proves are left out.
 */
async function halvedBest(whole: InputSearch, parts: readonly Part[], most: number): Promise<Part[]> {
  const chosen: Part[] = [];
  const together = Math.max(1, Math.floor(most / (2 * (parts[0]?.lower.length ?? 1))));
  for (let from = 0; from < parts.length; from += together) {
    const some = parts.slice(from, from + together);
    const pairs = some.map((part) => divisible(part, whole).map((i) => halved(part, i)));
    const halves = pairs.flat(2);
    const tried: Part[] = [];
    for (let at = 0; at < halves.length; at += most)
      for (const { part } of await boundedBy(whole.network, halves.slice(at, at + most), 'ibp')) tried.push(part);
    for (const [p, { plain }] of some.entries()) chosen.push(...mostGained(tried.splice(0, 2 * (pairs[p]?.length ?? 0)), plain));
  }
  return chosen.filter(isOpen);
}

/** Coordinates with something between their ends, first the one of which most of the whole box's width is left: it is taken where gains do not tell. */
function divisible({ lower, upper }: Part, whole: Pick<Part, 'lower' | 'upper'>): number[] {
  const width = (i: number): number =>
    ((upper[i] as number) - (lower[i] as number)) / Math.max((whole.upper[i] as number) - (whole.lower[i] as number), Number.MIN_VALUE);
  const all = [...lower.keys()].sort((a, b) => width(b) - width(a));
  return all.filter((i, place) => place === 0 || width(i) > 0);
}

/** Of halves, two for each coordinate, those whose bounds lie furthest above the whole part's; the first two where none gains anything that counts. */
function mostGained(halves: readonly Part[], bound: number): readonly Part[] {
  const gain = (at: number): number => {
    const gained = Math.min((halves[at] as Part).bound, 0) - bound;
    // Where neither is bounded there is no difference.
    return Number.isNaN(gained) ? NO_GAIN : Math.max(gained, NO_GAIN);
  };
  const gains = Array.from({ length: halves.length / 2 }, (_, i) => gain(2 * i) * gain(2 * i + 1));
  const most = Math.max(...gains);
  const best = most < (TELLING * bound) ** 2 ? 0 : gains.indexOf(most);
  return halves.slice(2 * best, 2 * best + 2);
}

interface Found {
  /** The part, clipped. */
  readonly part: Part;
  /** Where the bound is least. */
  readonly corner: Float32Array;
}

/** Bounds of parts, whose layers' bounds are found anew (`crown`) or follow from what is known of them (`ibp`). */
async function boundedBy(network: BoundNetwork, parts: readonly Part[], method: 'ibp' | 'crown'): Promise<Found[]> {
  const batch = BATCHES.find((size) => size >= parts.length) ?? (BATCHES[BATCHES.length - 1] as number);
  const all = Array.from({ length: batch }, (_, i) => parts[Math.min(i, parts.length - 1)] as Part);
  const { name } = network.inputs[0] as { name: string };
  const n = all[0]?.lower.length as number;
  const [lower, upper] = [joined(all.map((part) => part.lower)), joined(all.map((part) => part.upper))];
  const domain: Domain = { batch, norm: 'box', lower: new Map([[name, lower]]), upper: new Map([[name, upper]]) };
  const known = knownOf(all);
  const bounds = await layerBounds(network, domain, method, known && { known });
  const goals = all.map(({ goal }) => goal);
  const { count, data } = stacked(goals, network.outputs);
  const feeds = feedsOf(network, domain, bounds);
  feeds.set('rows', { type: 'float32', shape: [count, batch, network.outputs], data });
  const made = await fed(await network.bound('output', { rows: count, batch, norm: 'box' }), feeds);
  const of = (key: string): Float32Array => made[key]?.data as Float32Array;
  const [least, error, slope] = [of('lower'), of('error'), of(`slope:${name}`)];
  const left = least.map((value, i) => value - (error[i] as number) - offsetOf(goals, i));
  const clipped = await clippedTo(network, { batch, count, n }, { slope, left, lower, upper });
  const [low, high] = [clipped.lower?.data as Float32Array, clipped.upper?.data as Float32Array];
  const plain = proved(goals, { lower: least, error });
  const rows = { count, data, plain };
  const best = method === 'crown' && plain.some((value) => !(value > 0)) ? await raised(network, domain, bounds, goals, rows) : plain;
  return parts.map((part, b) => {
    const own = {
      ...part,
      lower: low.slice(b * n, (b + 1) * n),
      upper: high.slice(b * n, (b + 1) * n),
      bound: best[b] as number,
      plain: plain[b] as number,
      layers: layersOf(network, bounds, b),
    };
    const steepest = steepestRow(left, b, { batch, count });
    const at = slope.subarray((steepest * batch + b) * n, (steepest * batch + b + 1) * n);
    const corner = own.lower.map((value, i) => ((at[i] as number) > 0 ? value : (own.upper[i] as number)));
    return { part: own, corner };
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
  const found = await climb({ network, domain, bounds, wanted: 'output', rows: count, seed }, { steps: RAISED });
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
function steepestRow(left: Float32Array, b: number, { batch, count }: { batch: number; count: number }): number {
  let best = 0;
  for (let s = 1; s < count; s++) if ((left[s * batch + b] as number) > (left[best * batch + b] as number)) best = s;
  return best;
}

const isOpen = (part: Part): boolean => !(part.bound > 0) && !isEmpty(part);

const isEmpty = ({ lower, upper }: Part): boolean => lower.some((value, i) => value > (upper[i] as number));

const middle = ({ lower, upper }: Part): Float32Array => lower.map((value, i) => (value + (upper[i] as number)) / 2);

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
