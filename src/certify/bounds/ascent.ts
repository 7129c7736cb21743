/** Raises lower bounds by Adam in the free slopes of rectifiers, and in the multipliers of split constraints (`ascent-graph.ts`). */
import { sizeOf } from '../../onnx/tensor.ts';
import type { HostTensor, Session } from '../../runtime/runtime.ts';
import type { Windows } from '../../transform/bounds/windows.ts';
import type { Wanted } from '../graphs/bound-graphs.ts';
import { type Cut, choicesOf, chooserOf } from '../graphs/cuts.ts';
import type { BoundNetwork, Size } from '../graphs/network.ts';
import { fed } from '../graphs/session.ts';
import { type Domain, feedsOf, type LayerBounds } from './domain.ts';

/** What is raised. */
export interface Climb {
  readonly network: BoundNetwork;
  readonly domain: Domain;
  readonly bounds: LayerBounds;
  readonly wanted: Wanted;
  readonly rows: number;
  /** The rows themselves: `rows`, or `index` and `sign`. */
  readonly seed: ReadonlyMap<string, HostTensor>;
  /** For each rectified cut, the sign that each neuron is split to, 0 where it is not: [batch · size]. */
  readonly splits?: ReadonlyMap<string, Float32Array>;
  /** Where to start; by default at CROWN's own slopes, with multipliers of 0. */
  readonly start?: Variables;
}

/** Slopes and multipliers by cut: [rows · batch · size]. */
export interface Variables {
  readonly slopes: ReadonlyMap<string, Float32Array>;
  readonly multipliers: ReadonlyMap<string, Float32Array>;
}

export interface ClimbSettings {
  readonly steps: number;
  /** Adam's step size for slopes (auto_LiRPA's default is 0.1 in α-CROWN, with a decay of .98 for each step). */
  readonly rate?: number;
  /** For multipliers. */
  readonly multiplierRate?: number;
  readonly decay?: number;
  /** Ends the climb early, told the best bounds so far. */
  readonly enough?: (lower: Float32Array, error: Float32Array) => boolean;
}

export interface Climbed extends Variables {
  /** With splits, by cut: what each neuron's relaxation may cost, [batch · size]. */
  readonly scores: ReadonlyMap<string, Float32Array>;
  /** The best bound of each row and set, [rows · batch], with the rounding that belongs to it. */
  readonly lower: Float32Array;
  readonly error: Float32Array;
  readonly steps: number;
}

export async function climb(task: Climb, settings: ClimbSettings): Promise<Climbed> {
  const { network, domain, bounds, wanted } = task;
  const { steps, rate = 0.1, multiplierRate = 0.05, decay = 0.98, enough } = settings;
  const splits = task.splits !== undefined;
  const session = await network.ascent(wanted, { ...howMany(task), splits, climbs: true });
  const feeds = new Map([...feedsOf(network, domain, bounds), ...task.seed, ...variableFeeds(task, session)]);
  let best: Best | undefined;
  let done = 0;
  let scores = new Map<string, HostTensor>();
  for (let t = 1; t <= steps; t++) {
    for (const [name, value] of Object.entries(ratesAt(t, { rate, multiplierRate, decay }))) feeds.set(name, scalar(value));
    const found = await fed(session, feeds);
    best = better(best, { lower: found.lower?.data as Float32Array, error: found.error?.data as Float32Array }, feeds);
    done = t;
    scores = new Map(Object.entries(found).filter(([name]) => name.startsWith('score:')));
    if (enough?.(best.lower, best.error)) break;
    for (const [name, value] of Object.entries(found)) {
      const at = name.indexOf(':');
      if (at > 0) feeds.set(`${name.slice(0, at).toLowerCase()}${name.slice(at)}`, value);
    }
  }
  if (!best) throw new RangeError('a climb takes at least one step');
  return { ...best, steps: done, scores: pick(scores, 'score:') };
}

/** The bound for the slopes and multipliers that the task starts with, without climbing. */
export async function bound(task: Climb): Promise<{ readonly lower: Float32Array; readonly error: Float32Array }> {
  const { network, domain, bounds, wanted, splits } = task;
  const session = await network.ascent(wanted, { ...howMany(task), splits: splits !== undefined, climbs: false });
  const feeds = new Map([...feedsOf(network, domain, bounds), ...task.seed, ...variableFeeds(task, session)]);
  const found = await fed(session, feeds, ['lower', 'error']);
  return { lower: found.lower?.data as Float32Array, error: found.error?.data as Float32Array };
}

const howMany = ({ rows, domain: { batch, norm }, bounds }: Climb): Size => ({ rows, batch, norm, withBalls: bounds.balls !== undefined });

function ratesAt(
  t: number,
  { rate, multiplierRate, decay }: { rate: number; multiplierRate: number; decay: number },
): Record<string, number> {
  const shrunk = decay ** (t - 1);
  return { rate: rate * shrunk, rate2: multiplierRate * shrunk, decay1: 1 - 0.9 ** t, decay2: 1 - 0.999 ** t };
}

const scalar = (value: number): HostTensor => ({ type: 'float32', shape: [], data: Float32Array.of(value) });

interface Best extends Variables {
  readonly lower: Float32Array;
  readonly error: Float32Array;
}

/** Per row the larger of what is proved, the bound less its rounding, with the slopes and multipliers that it was found at. */
function better(best: Best | undefined, { lower, error }: Pick<Best, 'lower' | 'error'>, feeds: ReadonlyMap<string, HostTensor>): Best {
  const [slopes, multipliers] = [pick(feeds, 'a:'), pick(feeds, 'b:')];
  if (!best) return { lower: lower.slice(), error: error.slice(), slopes: copied(slopes), multipliers: copied(multipliers) };
  for (let i = 0; i < lower.length; i++) {
    if (!((lower[i] as number) - (error[i] as number) > (best.lower[i] as number) - (best.error[i] as number))) continue;
    best.lower[i] = lower[i] as number;
    best.error[i] = error[i] as number;
    for (const [to, from] of [
      [best.slopes, slopes],
      [best.multipliers, multipliers],
    ] as const) {
      for (const [name, own] of to) {
        const size = own.length / lower.length;
        own.set((from.get(name) as Float32Array).subarray(i * size, (i + 1) * size), i * size);
      }
    }
  }
  return best;
}

const copied = (values: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> =>
  new Map([...values].map(([name, value]) => [name, value.slice()]));

/** Slopes, multipliers, Adam's moments and the splits, as far as the graph asks for them. */
function variableFeeds(task: Climb, { inputNames }: Session): Map<string, HostTensor> {
  const { network, domain, wanted, rows, splits, start } = task;
  const feeds = new Map<string, HostTensor>();
  const asked = new Set(inputNames);
  const until = network.cuts.findIndex(({ name }) => wanted !== 'output' && name === wanted.name);
  for (const { key, cut } of choicesOf(until < 0 ? network.cuts : network.cuts.slice(0, until))) {
    const windows = network.windows(wanted, cut);
    const shape = windows ? [rows, domain.batch, ...windows.shape] : [rows, ...cut.shape(domain.batch)];
    const length = sizeOf(shape);
    if (!asked.has(`a:${key}`)) continue;
    const set = (name: string, data: Float32Array): void => void feeds.set(`${name}:${key}`, { type: 'float32', shape, data });
    const isRectified = chooserOf(cut) === 'Relu';
    set('a', start?.slopes.get(key) ?? (isRectified ? initial(task, cut, windows) : new Float32Array(length).fill(MIDWAY)));
    for (const moment of ['am', 'av']) set(moment, new Float32Array(length));
    if (!splits || !isRectified) continue;
    set('b', start?.multipliers.get(cut.name) ?? new Float32Array(length));
    for (const moment of ['bm', 'bv']) set(moment, new Float32Array(length));
    const signs = splits.get(cut.name) ?? new Float32Array(domain.batch * cut.size);
    feeds.set(`s:${cut.name}`, { type: 'float32', shape: cut.shape(domain.batch), data: signs });
  }
  return feeds;
}

/** Of a tangent's point between the first and the last that it may have, as CROWN has it but for those that pass through an end. */
const MIDWAY = 0.5;

/** CROWN's choice: 1 where the upper line rises by more than half. */
function initial({ bounds, rows, seed, domain }: Climb, cut: Cut, windows: Windows | undefined): Float32Array {
  // What enters the network has the set's own.
  const low = bounds.lower.get(cut.name) ?? domain.lower.get(cut.name);
  const high = bounds.upper.get(cut.name) ?? domain.upper.get(cut.name);
  if (!low || !high) throw new TypeError(`no bounds of ${cut.name}`);
  const one = Float32Array.from(low, (value, i) => ((high[i] as number) > -value ? 1 : 0));
  if (windows) return windowed(one, windows, { batch: domain.batch, index: seed.get('index')?.data as BigInt64Array });
  const all = new Float32Array(rows * one.length);
  for (let row = 0; row < rows; row++) all.set(one, row * one.length);
  return all;
}

/** What each row sees of `values` [batch · size]: its element's window. */
function windowed(
  values: Float32Array,
  { table, shape, positions }: Windows,
  { batch, index }: { batch: number; index: BigInt64Array },
): Float32Array {
  const [at, size, stride] = [new Int32Array(table.data.buffer), sizeOf(shape), values.length / batch];
  const seen = new Float32Array(index.length * size);
  for (const [row, element] of index.entries()) {
    const from = (Number(element) % positions) * size;
    const set = values.subarray((row % batch) * stride, ((row % batch) + 1) * stride);
    // Places outside are beyond the end.
    for (let i = 0; i < size; i++) seen[row * size + i] = set[at[from + i] as number] ?? 0;
  }
  return seen;
}

function pick(feeds: ReadonlyMap<string, HostTensor>, prefix: string): Map<string, Float32Array> {
  return new Map(
    [...feeds].filter(([name]) => name.startsWith(prefix)).map(([name, { data }]) => [name.slice(prefix.length), data as Float32Array]),
  );
}
