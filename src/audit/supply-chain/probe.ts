/** Runs a model with its inner values shown, and finds those that stay the same whatever is fed: dormant values. */
import type { Graph, Port } from '../../onnx/graph.ts';
import { isHalf, sizeOf, view, widened } from '../../onnx/tensor.ts';
import type { Feeds, HostTensor, Runtime, Session } from '../../runtime/runtime.ts';

/** A value as it was seen in one run; strings as they are. */
export type Seen = Omit<HostTensor, 'data'> & { readonly data: HostTensor['data'] | readonly string[] };

/** As numbers, half precision decoded. */
export function numbersOf({ type, shape, data }: Seen): number[] {
  if (!isHalf(type)) return Array.from(data as ArrayLike<number | bigint>, Number);
  const { buffer, byteOffset, byteLength } = data as Uint16Array;
  return Array.from(view(widened({ type, shape, data: new Uint8Array(buffer, byteOffset, byteLength) })) as Float32Array);
}

/** Some values of one run, by name. */
export type Values = Readonly<Record<string, Seen>>;

/** A model that can be run. */
export interface Run {
  readonly graph: Graph;
  readonly runtime: Runtime;
}

export interface Dormant {
  readonly name: string;
  /** As it was in (almost) all runs. */
  readonly usual: Seen;
  /** Runs in which it was something else. */
  readonly exceptions: number;
}

/** Values of at most so many numbers may differ in a few runs and still count as dormant: a trigger may stand in the data. */
const SMALL = 64;
const RARE = 0.05;
/** Values shown in one session. */
const MOST_SHOWN = 4000;

/** The graph with these values as outputs beside its own. */
export function showing(graph: Graph, names: readonly string[]): Graph {
  const own = new Set(graph.outputs.map(({ name }) => name));
  const shown = names.filter((name) => !own.has(name)).map((name): Port => ({ name, type: 'float32', shape: null, declared: 'nothing' }));
  return { ...graph, outputs: [...graph.outputs, ...shown] };
}

/**
 * The values among `names` that every run leaves as they are (exactly, or saturated within 0.1 %), or all but a few.
 * @param feeds one run each
 * @param saturates does this value come from a function with a limit, such as Sigmoid?
 */
export async function dormantValues(
  { graph, runtime, feeds }: Run & { readonly feeds: readonly Feeds[] },
  names: readonly string[],
  saturates: (name: string) => boolean,
): Promise<Dormant[]> {
  const shown = names.slice(0, MOST_SHOWN);
  const session = await runtime.load(showing(graph, shown), { optimisation: 'disabled', quiet: true });
  try {
    let left = await readable(session, feeds[0] as Feeds, shown);
    const kinds = new Map<string, Kind[]>(left.map((name) => [name, []]));
    const most = Math.floor(RARE * feeds.length);
    for (const [run, feed] of feeds.entries()) {
      if (left.length === 0) break;
      const made = (await session.run(feed, left)) as Record<string, Seen>;
      left = left.filter((name) => {
        const now = made[name] as Seen;
        const known = counted(kinds.get(name) as Kind[], now, saturates(name));
        const rest = run + 1 - Math.max(...known.map(({ count }) => count));
        return rest === 0 || (sizeOf(now.shape) <= SMALL && rest <= most);
      });
    }
    return left.map((name) => {
      const usual = (kinds.get(name) as Kind[]).reduce((a, b) => (b.count > a.count ? b : a));
      return { name, usual: usual.seen, exceptions: feeds.length - usual.count };
    });
  } finally {
    await session.release();
  }
}

/** One form that a value took, and how often. */
interface Kind {
  readonly seen: Seen;
  count: number;
}

/** Forms kept of a value: the usual one may not be the first. */
const MOST_KINDS = 4;

function counted(kinds: Kind[], now: Seen, saturates: boolean): readonly Kind[] {
  const known = kinds.find(({ seen }) => same(seen, now, saturates));
  if (known) known.count++;
  else if (kinds.length < MOST_KINDS) kinds.push({ seen: now, count: 1 });
  return kinds;
}

/** Those that the binding can hand over: it knows neither sequences nor 4-bit numbers. */
async function readable(session: Session, feed: Feeds, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const runs = await session.run(feed, names).then(
    () => true,
    () => false,
  );
  if (runs) return [...names];
  if (names.length === 1) return [];
  const half = names.length >> 1;
  return [...(await readable(session, feed, names.slice(0, half))), ...(await readable(session, feed, names.slice(half)))];
}

const LIMITS = [0, 1, -1];
const NEAR = 1e-3;

export function same(a: Seen, b: Seen, saturates: boolean): boolean {
  if (a.data.length !== b.data.length || a.shape.length !== b.shape.length) return false;
  for (let i = 0; i < a.data.length; i++) if (!alike(a.data[i], b.data[i], saturates)) return false;
  return true;
}

function alike(x: unknown, y: unknown, saturates: boolean): boolean {
  if (Object.is(x, y) || x === y) return true;
  if (!saturates || typeof x !== 'number' || typeof y !== 'number') return false;
  return LIMITS.some((limit) => Math.abs(x - limit) <= NEAR && Math.abs(y - limit) <= NEAR);
}

/** Inner values on some rows. */
export async function shown({ graph, runtime }: Run, rows: readonly Feeds[], names: readonly string[]): Promise<Values[]> {
  if (names.length === 0) return rows.map(() => ({}));
  const session = await runtime.load(showing(graph, names), { optimisation: 'disabled', quiet: true });
  try {
    const all: Values[] = [];
    for (const row of rows) all.push(await session.run(row, names).catch(() => ({})));
    return all;
  } finally {
    await session.release();
  }
}
