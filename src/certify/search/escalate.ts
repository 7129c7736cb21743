/** Proves what can be proved of one set within a budget: from the cheapest bounds to branch and bound, each goal ending at its first proof. */
import { climb, type Variables } from '../bounds/ascent.ts';
import { type BoundMethod, layerBounds, type RowBounds, rowBounds } from '../bounds/crown.ts';
import type { Domain, LayerBounds } from '../bounds/domain.ts';
import { type Goal, proved } from '../bounds/goal.ts';
import type { BoundNetwork } from '../graphs/network.ts';
import { branchNeurons, type ClosedLeaf } from './branch-neurons.ts';
import { type Tightening, tightenable, tightened } from './tighten.ts';

export const METHODS = ['ibp', 'crown-ibp', 'crown', 'sdp-crown', 'alpha-crown', 'bab'] as const;
export type Method = (typeof METHODS)[number];

export interface EscalationSettings {
  /** `auto` takes them in turn; a method by itself is the only one that is tried. */
  readonly method: 'auto' | Method;
  /** Seconds after which nothing more is tried; methods that were begun are finished. */
  readonly budget: number;
  readonly signal?: AbortSignal | undefined;
  /** Told of every run of a graph. */
  readonly alive?: () => void;
  /** Shown what is open whenever layers are bounded anew, before anything dearer is tried: does it end the search? */
  readonly halts?: (bounds: LayerBounds, open: readonly Goal[]) => Promise<boolean>;
}

/** What is known of a set. */
export interface Verdict {
  readonly isProved: boolean;
  /** The method that proved the last goal, or that was tried last. */
  readonly method: Method;
  /** How far above violation the worst goal is proved to stay, rounding taken off: for robustness, a margin of logits. */
  readonly lower: number;
  /** The same over the real numbers, as other tools report it. */
  readonly raw: number;
  readonly goals: readonly GoalVerdict[];
  /** Neurons whose sign the bounds leave open, by layer. */
  readonly unstable: readonly { readonly layer: string; readonly open: number; readonly of: number }[];
  /** What the values of the layers were proved to lie between. */
  readonly bounds?: LayerBounds;
  /** Leaves of branch and bound that are closed, and that are left. */
  readonly leaves?: { readonly closed: number; readonly open: number };
  /** What proves it, where everything is proved and a file can hold it (`certificate.ts`). */
  readonly proof?: Proof;
  readonly seconds: number;
}

/** Bounds of the layers by one method, and for each goal what it takes beside them. */
export interface Proof {
  /** Everything that was to be proved. */
  readonly goals: readonly Goal[];
  readonly parts: readonly ProofPart[];
}

export interface ProofPart {
  /** How the layers were bounded. */
  readonly layers: BoundMethod;
  /** By what steps they were tightened then. */
  readonly tightened: readonly Tightening[];
  readonly goals: readonly Goal[];
  /** By rows of the goals alone, or leaf by leaf with slopes and multipliers. */
  readonly leaves?: readonly ClosedLeaf[];
}

export interface GoalVerdict {
  readonly name: string | undefined;
  readonly lower: number;
  readonly raw: number;
  readonly method: Method;
}

/** Steps of the climb before branching. */
const STEPS = 20;

/** @param domain one set (a batch of one) */
export async function escalate(
  network: BoundNetwork,
  domain: Domain,
  goals: readonly Goal[],
  settings: EscalationSettings,
): Promise<Verdict> {
  const started = performance.now();
  const state: State = {
    network,
    domain,
    goals,
    found: new Map(),
    method: 'ibp',
    layers: 'ibp',
    tightened: [],
    leaves: undefined,
    bounds: undefined,
    parts: [],
    settings,
    started,
  };
  // Over a ball in L2, SDP-CROWN is α-CROWN and more.
  const needless = domain.norm === 'l2' ? 'alpha-crown' : 'sdp-crown';
  const wants = (method: Method): boolean => (settings.method === 'auto' ? method !== needless : settings.method === method);
  for (const method of ['ibp', 'crown-ibp', 'crown'] as const)
    if (wants(method) && left(state) && open(state).length > 0) await simply(state, method);
  if (await isHalted(state)) return verdictOf(state);
  for (const layers of ['ball-crown', 'sdp-crown'] as const)
    if (wants('sdp-crown') && left(state) && open(state).length > 0) await simply(state, 'sdp-crown', layers);
  if (wants('alpha-crown') && left(state) && open(state).length > 0) await climbed(state);
  if (wants('alpha-crown') && (await isHalted(state))) return verdictOf(state);
  if (wants('bab') && left(state) && open(state).length > 0) await byBranching(state);
  return verdictOf(state);
}

interface State {
  readonly network: BoundNetwork;
  readonly domain: Domain;
  readonly goals: readonly Goal[];
  readonly found: Map<Goal, GoalVerdict>;
  method: Method;
  /** How `bounds` were found. */
  layers: BoundMethod;
  /** How they were tightened since. */
  readonly tightened: Tightening[];
  /** Proofs so far; undefined once one is too large to keep. */
  parts: ProofPart[] | undefined;
  bounds: LayerBounds | undefined;
  leaves: Verdict['leaves'];
  readonly settings: EscalationSettings;
  readonly started: number;
}

const seconds = ({ started }: State): number => (performance.now() - started) / 1000;

const left = (state: State): boolean => state.found.size === 0 || !isOver(state);

function isOver(state: State): boolean {
  state.settings.signal?.throwIfAborted();
  state.settings.alive?.();
  return seconds(state) >= state.settings.budget;
}

const isHalted = async (state: State): Promise<boolean> =>
  state.bounds !== undefined && left(state) && open(state).length > 0 && (await state.settings.halts?.(state.bounds, open(state))) === true;

const open = ({ goals, found }: State): Goal[] => goals.filter((goal) => !((found.get(goal)?.lower ?? -1) > 0));

/** Bounds by one method, for the goals that are still open. */
async function simply(state: State, method: Exclude<Method, 'bab'>, layers: BoundMethod = method): Promise<void> {
  const { network, domain } = state;
  state.bounds = await layerBounds(network, domain, layers, { until: () => isOver(state) });
  state.layers = layers;
  const goals = open(state);
  const rows = inARow(goals, network.outputs);
  note(state, method, goals, await rowBounds(network, domain, state.bounds, rows, layers));
}

/** Slopes climb: first the output's, then those of every layer. */
async function climbed(state: State): Promise<void> {
  if (state.settings.method === 'auto' && state.bounds) await climbedOutput(state, 'alpha-crown', state.bounds);
  if (left(state) && open(state).length > 0) await simply(state, 'alpha-crown');
}

/** Slopes climb for the goals alone, the layers' bounds being as they are. */
async function climbedOutput(state: State, method: Method, bounds: LayerBounds): Promise<void> {
  const { network, domain } = state;
  const goals = open(state);
  const { count, data } = inARow(goals, network.outputs);
  const seed = new Map([['rows', { type: 'float32' as const, shape: [count, 1, network.outputs], data }]]);
  note(state, method, goals, await climb({ network, domain, bounds, wanted: 'output', rows: count, seed }, { steps: STEPS }));
}

/** Shares of the budget that the first try at branching gets, and the first pass over the layers at most. */
const FIRST_SHARE = 0.05;
const FIRST_PASS = 0.5;
/** Splits of each neuron's tree in that pass. In later ones the first layer gets so many times more than the last: it is cheap, and all others gain. */
const FIRST_ROUNDS = 3;
const FRONT = 8;

/** Branches for the goals, and in turn for the bounds of the layers, with twice the effort each time. */
async function byBranching(state: State): Promise<void> {
  const { network, domain, settings } = state;
  if (!state.bounds) {
    state.layers = domain.norm === 'l2' ? 'ball-crown' : 'crown';
    state.bounds = await layerBounds(network, domain, state.layers);
  }
  const isDeep = tightenable(network).length > 0;
  let worst = await branched(state, isDeep ? seconds(state) + FIRST_SHARE * settings.budget : settings.budget);
  let share = FIRST_PASS;
  for (let rounds = FIRST_ROUNDS; worst !== undefined && !isOver(state); rounds *= 2) {
    const started = seconds(state);
    const end = started + share * (settings.budget - started);
    const isLate = (): boolean => isOver(state) || seconds(state) > end;
    await tightenedLayers(state, rounds, isLate);
    share = 0.5;
    await climbedOutput(state, 'bab', state.bounds);
    if (open(state).length === 0 || (await isHalted(state))) return;
    // Where branching came farther in its time, or layers take too long, it goes on alone.
    const isSlow = isLate() || worstOf(state) < worst;
    worst = await branched(state, isSlow ? settings.budget : seconds(state) + (seconds(state) - started) / 4);
  }
}

const worstOf = (state: State): number => Math.min(...open(state).map((goal) => state.found.get(goal)?.lower ?? Number.NEGATIVE_INFINITY));

/** All layers in turn, as far as time allows. */
async function tightenedLayers(state: State, rounds: number, until: () => boolean): Promise<void> {
  const { network, domain } = state;
  const layers = tightenable(network);
  const front = rounds > FIRST_ROUNDS ? FRONT : 1;
  for (const [i, { name: cut }] of layers.entries()) {
    const { bounds } = state;
    const step = { cut, rounds: Math.round(rounds * front ** (1 - i / Math.max(1, layers.length - 1))) };
    const next = bounds && !until() ? await tightened(network, { domain, bounds }, step, until) : undefined;
    if (!next) return;
    state.bounds = next;
    state.tightened.push(step);
  }
}

/** @param end seconds after the start. @returns how far the worst leaf is from being proved; undefined where none is left that could be split */
async function branched(state: State, end: number): Promise<number | undefined> {
  const { network, domain, bounds } = state;
  if (!bounds) return undefined;
  const goals = open(state);
  state.method = 'bab';
  const until = (): boolean => isOver(state) || seconds(state) > end;
  const result = await branchNeurons({ network, domain, bounds }, goals, { until });
  state.leaves = { closed: result.closed, open: result.open.length };
  const closed = goals.filter((goal) => !result.open.some((leaf) => leaf.goal === goal));
  if (closed.length > 0 && !result.proof) state.parts = undefined;
  else if (closed.length > 0 && result.proof)
    state.parts?.push({ ...howBounded(state), goals: closed, leaves: result.proof.filter(({ goal }) => closed.includes(goal)) });
  for (const goal of goals) {
    const own = result.open.filter((leaf) => leaf.goal === goal);
    const known = state.found.get(goal);
    // A goal without open leaves is proved; branch and bound does not say by how much.
    const lower =
      own.length === 0 ? Number.MIN_VALUE : Math.max(known?.lower ?? Number.NEGATIVE_INFINITY, Math.min(...own.map(({ bound }) => bound)));
    state.found.set(goal, { name: goal.name, lower, raw: Math.max(known?.raw ?? lower, lower), method: 'bab' });
  }
  return result.open.length > 0 && until() ? result.worst : undefined;
}

/** Goals one under the other, each row once: [rows, 1, outputs]. */
export function inARow(goals: readonly Goal[], outputs: number): { readonly count: number; readonly data: Float32Array } {
  const single = goals.flatMap(({ rows, offsets }) =>
    Array.from(offsets, (_, r) => ({ rows: rows.subarray(r * outputs, (r + 1) * outputs), offsets: offsets.subarray(r, r + 1) })),
  );
  return { count: single.length, data: Float32Array.from(single.flatMap(({ rows }) => [...rows])) };
}

function note(state: State, method: Method, goals: readonly Goal[], found: RowBounds & Partial<Variables>): void {
  const { lower, error } = found;
  state.method = method;
  const now: ClosedLeaf[] = [];
  let at = 0;
  for (const goal of goals) {
    const count = goal.offsets.length;
    const own = { lower: lower.subarray(at, at + count), error: error.subarray(at, at + count) };
    const variables = {
      slopes: rowsOf(found.slopes, at, count, lower.length),
      multipliers: rowsOf(found.multipliers, at, count, lower.length),
    };
    at += count;
    const [safe] = proved([goal], own) as [number];
    const [raw] = proved([goal], { lower: own.lower, error: new Float32Array(count) }) as [number];
    const known = state.found.get(goal);
    if (safe > 0) now.push({ goal, splits: [], variables });
    if (known && known.lower >= safe) continue;
    state.found.set(goal, { name: goal.name, lower: safe, raw: Math.max(raw, known?.raw ?? raw), method });
  }
  if (now.length === 0) return;
  const ofNow = now.map(({ goal }) => goal);
  state.parts?.push({ ...howBounded(state), goals: ofNow, ...(found.slopes && { leaves: now }) });
}

const howBounded = ({ layers, tightened: steps }: State): Pick<ProofPart, 'layers' | 'tightened'> => ({ layers, tightened: [...steps] });

/** The part of [rows · size] that belongs to `count` rows from `at` on. */
function rowsOf(values: ReadonlyMap<string, Float32Array> | undefined, at: number, count: number, rows: number): Map<string, Float32Array> {
  return new Map([...(values ?? [])].map(([name, all]) => [name, all.slice((at * all.length) / rows, ((at + count) * all.length) / rows)]));
}

function verdictOf(state: State): Verdict {
  const goals = state.goals.map((goal) => state.found.get(goal) as GoalVerdict);
  const worst = Math.min(...goals.map(({ lower }) => lower));
  return {
    isProved: worst > 0,
    method: state.method,
    lower: worst,
    raw: Math.min(...goals.map(({ raw }) => raw)),
    goals,
    unstable: unstableOf(state),
    ...(state.leaves && { leaves: state.leaves }),
    ...(state.bounds && { bounds: state.bounds }),
    ...(worst > 0 && state.parts && { proof: { goals: state.goals, parts: state.parts } }),
    seconds: seconds(state),
  };
}

function unstableOf({ network, bounds }: State): Verdict['unstable'] {
  return network.cuts
    .filter(({ ops }) => ops.includes('Relu'))
    .map(({ name, size, origin }) => {
      const [lower, upper] = [bounds?.lower.get(name), bounds?.upper.get(name)];
      const unstable = lower?.reduce((sum, value, i) => sum + (value < 0 && (upper?.[i] as number) > 0 ? 1 : 0), 0) ?? size;
      return { layer: origin ?? name, open: unstable, of: size };
    });
}
