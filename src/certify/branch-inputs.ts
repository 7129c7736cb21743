/**
 * Branch and bound over the input, for inputs of few values: boxes are clipped to where a violation is not yet excluded and halved where the bound
 * depends on them most, until each is proved or holds a counterexample.
 */
import type { Session } from '../runtime/runtime.ts';
import { clipGraph } from './clip-graph.ts';
import { layerBounds } from './crown.ts';
import type { Domain } from './domain.ts';
import { feedsOf } from './domain.ts';
import { type Goal, proved, stacked } from './goal.ts';
import type { BoundNetwork } from './network.ts';
import { fed } from './session.ts';

export interface InputSearch {
  readonly network: BoundNetwork;
  /** The one input's box, [n]. */
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

export interface InputSearchSettings {
  readonly until: () => boolean;
  /** Is one of these points a counterexample? The point itself, as decided by the untouched model. */
  readonly tried?: (points: readonly Float32Array[]) => Promise<Float32Array | undefined>;
  /** Boxes at once. */
  readonly batch?: number;
  readonly progress?: (open: number, closed: number) => void;
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
}

/** Sizes of batches: each is a set of graphs of its own. */
const BATCHES = [1, 16, 256];

export async function branchInputs(task: InputSearch, goals: readonly Goal[], settings: InputSearchSettings): Promise<InputSearched> {
  const { until, tried, progress, batch = 256 } = settings;
  const most = task.network.isBatched ? batch : 1;
  let open: Part[] = goals.map((goal) => ({ goal, lower: task.lower, upper: task.upper, bound: Number.NEGATIVE_INFINITY }));
  let closed = 0;
  while (open.length > 0 && !until()) {
    // The newest first: memory stays small, and what is nearest to a violation is looked at soon.
    const chosen = open.splice(-Math.min(most, open.length));
    const found = await bounded(task.network, chosen);
    const undecided = found.filter(({ part }) => !(part.bound > 0) && !isEmpty(part));
    closed += chosen.length - undecided.length;
    const counterexample = await tried?.(undecided.flatMap(({ corner, part }) => [corner, middle(part)]));
    if (counterexample) return { open: open.length + undecided.length, closed, worst: Number.NEGATIVE_INFINITY, counterexample };
    const halves = undecided.sort((a, b) => b.part.bound - a.part.bound).flatMap(({ part, along }) => halved(part, along));
    open = [...open, ...halves];
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
  const joined = (of: (part: Part) => Float32Array): Float32Array => {
    const values = new Float32Array(batch * n);
    for (const [b, part] of all.entries()) values.set(of(part), b * n);
    return values;
  };
  const [lower, upper] = [joined((part) => part.lower), joined((part) => part.upper)];
  const domain: Domain = { batch, norm: 'box', lower: new Map([[name, lower]]), upper: new Map([[name, upper]]) };
  const bounds = await layerBounds(network, domain, 'crown');
  const goals = all.map(({ goal }) => goal);
  const { count, data } = stacked(goals, network.outputs);
  const feeds = feedsOf(network, domain, bounds);
  feeds.set('rows', { type: 'float32', shape: [count, batch, network.outputs], data });
  const made = await fed(await network.bound('output', { rows: count, batch, norm: 'box' }), feeds);
  const [least, error, slope] = [made.lower, made.error, made[`slope:${name}`]].map((value) => value?.data as Float32Array) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const left = least.map((value, i) => value - (error[i] as number) - offsetOf(goals, i));
  const clipped = await fed(
    await clipper(network, count, batch, n),
    new Map([
      ['slope', { type: 'float32' as const, shape: [count, batch, n], data: slope }],
      ['left', { type: 'float32' as const, shape: [count, batch], data: left }],
      ['l', { type: 'float32' as const, shape: [batch, n], data: lower }],
      ['u', { type: 'float32' as const, shape: [batch, n], data: upper }],
    ]),
  );
  const [low, high] = [clipped.lower?.data as Float32Array, clipped.upper?.data as Float32Array];
  const best = proved(goals, { lower: least, error });
  return parts.map((part, b) => {
    const own = { ...part, lower: low.slice(b * n, (b + 1) * n), upper: high.slice(b * n, (b + 1) * n), bound: best[b] as number };
    const steepest = steepestRow(left, b, { batch, count });
    const at = slope.subarray((steepest * batch + b) * n, (steepest * batch + b + 1) * n);
    const effects = own.lower.map((value, i) => Math.abs(at[i] as number) * ((own.upper[i] as number) - value));
    const corner = own.lower.map((value, i) => ((at[i] as number) > 0 ? value : (own.upper[i] as number)));
    return { part: own, corner, along: widest(effects, own) };
  });
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

/** The coordinate with the largest effect; the widest where none has any. */
function widest(effects: Float32Array, { lower, upper }: Part): number {
  const largest = effects.indexOf(Math.max(...effects));
  if (largest >= 0 && (effects[largest] as number) > 0) return largest;
  const widths = lower.map((value, i) => (upper[i] as number) - value);
  return Math.max(0, widths.indexOf(Math.max(...widths)));
}

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
