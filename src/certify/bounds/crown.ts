/**
 * Bounds of every layer and of linear functions of the output: by intervals (IBP, arXiv:1810.12715), by backward substitution from the output with interval
 * bounds of the layers between (CROWN-IBP, arXiv:1906.06316), or for every layer (CROWN, arXiv:1811.00866), intersected with the intervals.
 * With free slopes (α-CROWN, arXiv:2011.13824) each layer's bounds are raised in turn. While the input lies in a ball in L2 so do the layers' values, which
 * makes CROWN's offsets smaller (SDP-CROWN, arXiv:2506.06665).
 */
import type { HostTensor } from '../../runtime/runtime.ts';
import type { Wanted } from '../graphs/bound-graphs.ts';
import type { Cut } from '../graphs/cuts.ts';
import type { BoundNetwork } from '../graphs/network.ts';
import { fed } from '../graphs/session.ts';
import { climb, type Variables } from './ascent.ts';
import { type Ball, type Domain, feedsOf, type LayerBounds } from './domain.ts';

export const BOUND_METHODS = ['ibp', 'crown-ibp', 'crown', 'alpha-crown', 'ball-crown', 'sdp-crown'] as const;

/** `sdp-crown` is `alpha-crown` with balls; `ball-crown` has balls, and climbs for the output alone. */
export type BoundMethod = (typeof BOUND_METHODS)[number];

const climbsLayers = (method: BoundMethod): boolean => method === 'alpha-crown' || method === 'sdp-crown';
const hasBalls = (method: BoundMethod): boolean => method === 'ball-crown' || method === 'sdp-crown';

/** Lower bounds of rows of a specification: [rows, batch]. */
export interface RowBounds {
  /** As computed; what auto_LiRPA and others report. */
  readonly lower: Float32Array;
  /** What rounding may take from it, in the bounds and in the model as deployed. */
  readonly error: Float32Array;
}

/** Elements that a chunk of rows may hold at its widest layer: 64 MiB. */
const CHUNK = 2 ** 24;
/** What a climb holds beside the coefficients: slopes, moments, gradients; and balls: points and their distances. */
const CLIMB_COPIES = 4;
const BALL_COPIES = 2;
/** auto_LiRPA's number of steps. */
const STEPS = 20;
/** Rows of the smallest chunk. */
const FEWEST = 16;

export interface LayerSettings {
  /** How often the bounds of a layer are raised (`alpha-crown`, `sdp-crown`). */
  readonly steps?: number;
  /** When it says so, nothing more is raised, and later layers keep what their intervals say. */
  readonly until?: () => boolean;
  /** What is known already, of larger sets. */
  readonly known?: Pick<LayerBounds, 'lower' | 'upper'>;
}

/** Bounds of all layers. */
export async function layerBounds(
  network: BoundNetwork,
  domain: Domain,
  method: BoundMethod,
  { steps = STEPS, until = () => false, known }: LayerSettings = {},
): Promise<LayerBounds> {
  const bounds: LayerBounds = known ? { ...known, errors: new Map() } : unbounded(network, domain.batch);
  const advance = async (): Promise<void> => {
    await narrowed(network, domain, bounds);
    if (hasBalls(method) && domain.norm === 'l2') bounds.balls = await ballsOf(network, domain, bounds);
  };
  await advance();
  for (const cut of network.cuts) {
    const isKnown = cut.isSettled || network.inputs.some(({ name }) => name === cut.name) || (cut.isFirst && domain.norm === 'box');
    if (isKnown || (method.endsWith('ibp') && !cut.isFirst) || until()) continue;
    await refined({ network, domain, bounds, cut, until }, 0);
    if (climbsLayers(method) && !cut.isFirst) await refined({ network, domain, bounds, cut, until }, steps);
    await advance();
  }
  return bounds;
}

function unbounded({ cuts, inputs }: BoundNetwork, batch: number): LayerBounds {
  const inner = cuts.filter(({ name }) => !inputs.some((input) => input.name === name));
  const filled = (value: number): Map<string, Float32Array> =>
    new Map(inner.map(({ name, size }) => [name, new Float32Array(batch * size).fill(value)]));
  return { lower: filled(Number.NEGATIVE_INFINITY), upper: filled(Number.POSITIVE_INFINITY), errors: new Map() };
}

/** Passes the bounds forward by intervals: each layer's are intersected with what follows from the one before. */
export async function narrowed(network: BoundNetwork, domain: Domain, bounds: LayerBounds): Promise<Record<string, HostTensor>> {
  const found = await fed(await network.forward(domain.batch), feedsOf(network, domain, bounds));
  for (const name of new Set([...bounds.lower.keys(), ...network.heads.map((head) => head.name)])) {
    if (!found[`L:${name}`]) continue;
    bounds.lower.set(name, (found[`L:${name}`] as HostTensor).data as Float32Array);
    bounds.upper.set(name, (found[`U:${name}`] as HostTensor).data as Float32Array);
  }
  bounds.errors = new Map(Object.entries(found).flatMap(([name, value]) => (name.startsWith('e:') ? [[name.slice(2), value]] : [])));
  return found;
}

async function ballsOf(network: BoundNetwork, domain: Domain, bounds: LayerBounds): Promise<ReadonlyMap<string, Ball>> {
  if (network.balled.size === 0) return new Map();
  const found = await fed(await network.balls(domain.batch), feedsOf(network, domain, bounds));
  const of = (key: string): Float32Array => found[key]?.data as Float32Array;
  return new Map([...network.balled].map((name) => [name, { centre: of(`z:${name}`), radius: of(`r:${name}`) }]));
}

/** Bounds a layer's elements by backward substitution: those of rectifiers only where their sign is open. */
async function refined(layer: Layer, steps: number): Promise<void> {
  const { network, domain, bounds, cut } = layer;
  const [lower, upper] = [bounds.lower.get(cut.name) as Float32Array, bounds.upper.get(cut.name) as Float32Array];
  // Over a ball, intervals of the first layer are those of the box around it.
  const rectified = cut.ops.every((op) => op === 'Relu') && !(cut.isFirst && domain.norm !== 'box');
  const open = Array.from({ length: domain.batch }, (_, row) =>
    Array.from({ length: cut.size }, (_, i) => i).filter((i) => {
      const at = row * cut.size + i;
      return !rectified || ((lower[at] as number) < 0 && (upper[at] as number) > 0);
    }),
  );
  const most = Math.max(...open.map(({ length }) => length));
  // Each element once for its lower bound and once for its upper.
  for (let from = 0; from < 2 * most && !layer.until(); ) {
    const copies = (steps > 0 ? CLIMB_COPIES : 1) * (bounds.balls ? BALL_COPIES : 1);
    const rows = chunkOf(2 * most - from, 2 * cut.size, network.widest(cut) * domain.batch * copies);
    await chunk({ ...layer, open, from, rows, steps });
    from += rows;
  }
}

/** @param all rows of the whole layer */
function chunkOf(left: number, all: number, widest: number): number {
  const affordable = Math.max(FEWEST, Math.floor(CHUNK / widest));
  // So that a graph which has to be made for each number of rows is not made often.
  const step = Math.max(FEWEST, 2 ** (Math.floor(Math.log2(left)) - 3));
  return Math.min(Math.ceil(left / step) * step, affordable, all);
}

interface Layer {
  readonly until: () => boolean;
  readonly network: BoundNetwork;
  readonly domain: Domain;
  readonly bounds: LayerBounds;
  readonly cut: Cut;
}

interface Chunk extends Layer {
  /** Elements to bound, for each row of the batch. */
  readonly open: readonly (readonly number[])[];
  readonly from: number;
  readonly rows: number;
  readonly steps: number;
}

async function chunk({ network, domain, bounds, cut, until, open, from, rows, steps }: Chunk): Promise<void> {
  const { batch } = domain;
  const index = new BigInt64Array(rows * batch);
  const sign = new Float32Array(rows * batch).fill(1);
  const places: { at: number; row: number; element: number; negative: boolean }[] = [];
  for (let s = 0; s < rows; s++) {
    for (const [row, elements] of open.entries()) {
      const element = elements[(from + s) >> 1];
      if (element === undefined) continue;
      const at = s * batch + row;
      const negative = ((from + s) & 1) === 1;
      index[at] = BigInt(element);
      if (negative) sign[at] = -1;
      places.push({ at, row, element, negative });
    }
  }
  const seed = new Map<string, HostTensor>([
    ['index', { type: 'int64', shape: [rows, batch], data: index }],
    ['sign', { type: 'float32', shape: [rows, batch], data: sign }],
  ]);
  const { lower: least, error } =
    steps > 0
      ? await climb({ network, domain, bounds, wanted: cut, rows, seed }, { steps, enough: until })
      : await once(network, { domain, bounds, wanted: cut, rows, seed });
  const [lower, upper] = [bounds.lower.get(cut.name) as Float32Array, bounds.upper.get(cut.name) as Float32Array];
  for (const { at, row, element, negative } of places) {
    const value = (least[at] as number) - (error[at] as number);
    const to = row * cut.size + element;
    // What is infinite has overflowed, and what is no number says nothing either.
    if (!Number.isFinite(value)) continue;
    if (negative) {
      if (-value < (upper[to] as number)) upper[to] = -value;
    } else if (value > (lower[to] as number)) lower[to] = value;
  }
}

/** Lower bounds of rows·output over each row of the domain; `rows` is [S, batch, outputs]. */
export async function rowBounds(
  network: BoundNetwork,
  domain: Domain,
  bounds: LayerBounds,
  rows: { readonly count: number; readonly data: Float32Array },
  method: BoundMethod = 'crown',
  steps = STEPS,
): Promise<RowBounds & Partial<Variables>> {
  const seed = new Map<string, HostTensor>([
    ['rows', { type: 'float32', shape: [rows.count, domain.batch, network.outputs], data: rows.data }],
  ]);
  if (climbsLayers(method) || hasBalls(method))
    return climb({ network, domain, bounds, wanted: 'output', rows: rows.count, seed }, { steps });
  return once(network, { domain, bounds, wanted: method === 'ibp' ? 'tail' : 'output', rows: rows.count, seed });
}

interface Once {
  readonly domain: Domain;
  readonly bounds: LayerBounds;
  readonly wanted: Wanted | 'tail';
  readonly rows: number;
  readonly seed: ReadonlyMap<string, HostTensor>;
}

async function once(network: BoundNetwork, { domain, bounds, wanted, rows, seed }: Once): Promise<RowBounds> {
  const size = { rows, batch: domain.batch, norm: domain.norm, withBalls: bounds.balls !== undefined };
  const session = await (wanted === 'tail' ? network.tailRows(rows, domain.batch) : network.bound(wanted, size));
  const found = await fed(session, new Map([...feedsOf(network, domain, bounds), ...seed]), ['lower', 'error']);
  return { lower: found.lower?.data as Float32Array, error: found.error?.data as Float32Array };
}
