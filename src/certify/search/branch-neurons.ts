/**
 * Branch and bound over the signs of rectified neurons (β-CROWN, Wang et al., arXiv:2103.06624): a leaf fixes some signs, which makes their relaxations
 * exact; what it cannot prove is split again at the neuron whose two halves, tried out, are bounded best (filtered smart branching, De Palma et al.,
 * arXiv:2104.06718).
 */
import type { HostTensor } from '../../runtime/runtime.ts';
import { bound, type Climb, climb, type Variables } from '../bounds/ascent.ts';
import type { Domain, LayerBounds } from '../bounds/domain.ts';
import { type Goal, proved, stacked } from '../bounds/goal.ts';
import { type Cut, choicesOf } from '../graphs/cuts.ts';
import type { BoundNetwork } from '../graphs/network.ts';

export interface Split {
  readonly cut: string;
  readonly element: number;
  readonly sign: 1 | -1;
}

/** A part of the set, by the signs of some neurons. */
export interface Leaf {
  readonly goal: Goal;
  readonly splits: readonly Split[];
  /** Proved distance from violation; not positive while the leaf is open. */
  readonly bound: number;
  /** Where its bound was found: [rows · size] by cut. */
  readonly variables: Variables;
  readonly scores: ReadonlyMap<string, Float32Array>;
}

/** A leaf that is proved, with the slopes and multipliers that prove it. */
export type ClosedLeaf = Pick<Leaf, 'goal' | 'splits' | 'variables'>;

export interface Branching {
  readonly network: BoundNetwork;
  /** One set. */
  readonly domain: Domain;
  /** Bounds of the layers over the whole set. */
  readonly bounds: LayerBounds;
}

export interface BranchSettings {
  /** Says when to stop. */
  readonly until: () => boolean;
  /** Adam's steps for each leaf. */
  readonly steps?: number;
  /** Neurons that are tried out before one is split. */
  readonly candidates?: number;
  /** Leaves at once; by default as many as fit a few MiB. */
  readonly batch?: number;
  readonly progress?: (open: number, closed: number, worst: number) => void;
}

export interface Branched {
  /** Leaves that are still open; none where everything is proved. */
  readonly open: readonly Leaf[];
  readonly closed: number;
  /** The leaves that are closed, as a proof; undefined where they are more than a file should hold. */
  readonly proof: readonly ClosedLeaf[] | undefined;
  /** The least proved distance over all open leaves; positive infinity where there are none. */
  readonly worst: number;
}

/** Neurons times leaves that a proof may hold. */
const PROOF_ELEMENTS = 2 ** 22;

/** Leaves start where their parents ended, so that a few steps each come as far as many, and more leaves are tried. */
const STEPS = 2;

/** Elements of all rectified layers of a batch of leaves. */
const BATCH_ELEMENTS = 2 ** 18;

export async function branchNeurons(task: Branching, goals: readonly Goal[], settings: BranchSettings): Promise<Branched> {
  const { until, steps = STEPS, candidates = 4, progress } = settings;
  const work = workOf(task, { steps, candidates, batch: settings.batch });
  const { batch, total } = work;
  let closed = 0;
  let proof: ClosedLeaf[] | undefined = [];
  let open: Leaf[] = [];
  const keep = (leaves: readonly Leaf[]): void => {
    const left = leaves.filter(({ bound: found }) => !(found > 0));
    closed += leaves.length - left.length;
    if (closed * total > PROOF_ELEMENTS) proof = undefined;
    proof?.push(...leaves.filter((leaf) => leaf.bound > 0).map(({ goal, splits, variables }) => ({ goal, splits, variables })));
    open = [...open, ...left].sort((a, b) => a.bound - b.bound);
    progress?.(open.length, closed, open[0]?.bound ?? Number.POSITIVE_INFINITY);
  };
  for (const part of pieces(goals, batch))
    keep(
      await raised(
        work,
        part.map((goal) => ({ goal, splits: [] })),
      ),
    );
  const stuck: Leaf[] = [];
  while (open.length > 0 && !until()) {
    const chosen = open.slice(0, Math.max(1, Math.floor(batch / 2)));
    open = open.slice(chosen.length);
    const halves = await halved(work, chosen);
    stuck.push(...chosen.filter((_, i) => !halves[i]));
    const children = halves.flatMap((pair) => pair ?? []);
    for (const part of pieces(children, batch)) keep(await raised(work, part));
  }
  const left = [...stuck, ...open];
  return { open: left, closed, proof, worst: Math.min(...left.map(({ bound: found }) => found)) };
}

/** Cuts whose neurons can be split: of rectifiers, but for what enters the network, which no multiplier reaches. */
export function splittable({ cuts, inputs }: Pick<BoundNetwork, 'cuts' | 'inputs'>): Cut[] {
  return cuts.filter(({ name, ops }) => ops.includes('Relu') && !inputs.some((input) => input.name === name));
}

/** How leaves of a task are bounded. */
export interface Work extends Branching {
  /** Those of rectifiers that can be split. */
  readonly cuts: readonly Cut[];
  /** Their neurons. */
  readonly total: number;
  readonly batch: number;
  readonly steps: number;
  readonly candidates: number;
}

export function workOf(
  task: Branching,
  { batch, ...how }: { readonly steps: number; readonly candidates: number; readonly batch?: number | undefined },
): Work {
  const cuts = splittable(task.network);
  const total = cuts.reduce((sum, { size }) => sum + size, 0);
  const affordable = Math.min(128, Math.max(8, 2 ** Math.floor(Math.log2(BATCH_ELEMENTS / total))));
  return { ...task, ...how, cuts, total, batch: task.network.isBatched ? (batch ?? affordable) : 1 };
}

/** A leaf to be bounded, starting where its parent's bound was found. */
export interface Seedling {
  readonly goal: Goal;
  readonly splits: readonly Split[];
  readonly variables?: Variables;
}

/** Bounds the leaves of one batch. */
export async function raised(work: Work, leaves: readonly Seedling[]): Promise<Leaf[]> {
  const task = taskOf(work, leaves);
  const goals = filled(leaves, work.batch).map(({ goal }) => goal);
  const enough = (lower: Float32Array, error: Float32Array): boolean => proved(goals, { lower, error }).every((found) => found > 0);
  const found = await climb(task, { steps: work.steps, enough });
  const bounds = proved(goals, found);
  return leaves.map(({ goal, splits }, i) => ({
    goal,
    splits,
    bound: bounds[i] as number,
    variables: { slopes: ofRow(work, found.slopes, i, task.rows), multipliers: ofRow(work, found.multipliers, i, task.rows) },
    scores: ofRow(work, found.scores, i, 1),
  }));
}

/** For each leaf its two halves at the best of its candidates; undefined where nothing is left to split. */
export async function halved(work: Work, leaves: readonly Leaf[]): Promise<(readonly [Seedling, Seedling] | undefined)[]> {
  const trials = leaves.flatMap((leaf, i) =>
    candidatesOf(work, leaf).map(({ cut, element }) => {
      const half = (sign: 1 | -1): Seedling => ({
        goal: leaf.goal,
        splits: [...leaf.splits, { cut, element, sign }],
        variables: leaf.variables,
      });
      return { leaf: i, pair: [half(1), half(-1)] as const };
    }),
  );
  const only = leaves.map((_, i) => trials.filter((trial) => trial.leaf === i));
  if (work.candidates === 1) return only.map(([first]) => first?.pair);
  const seedlings = trials.flatMap(({ pair }) => pair);
  const values: number[] = [];
  for (const part of pieces(seedlings, work.batch)) {
    const goals = filled(part, work.batch).map(({ goal }) => goal);
    values.push(...proved(goals, await bound(taskOf(work, part))).slice(0, part.length));
  }
  const worth = new Map(trials.map((trial, i) => [trial, worthOf(values[2 * i] as number, values[2 * i + 1] as number)]));
  return only.map(
    (own) => own.reduce<Trial | undefined>((best, trial) => (!best || better(worth, trial, best) ? trial : best), undefined)?.pair,
  );
}

interface Trial {
  readonly leaf: number;
  readonly pair: readonly [Seedling, Seedling];
}

const better = (worth: ReadonlyMap<Trial, readonly [number, number]>, a: Trial, b: Trial): boolean => {
  const [[low, high], [low2, high2]] = [worth.get(a) as [number, number], worth.get(b) as [number, number]];
  return low > low2 || (low === low2 && high > high2);
};

/** The worse half counts, then the better one; beyond proof nothing does. */
const worthOf = (a: number, b: number): readonly [number, number] => [Math.min(a, b, 0), Math.min(Math.max(a, b), 0)];

/** The neurons whose relaxations may cost most. */
function candidatesOf({ cuts, candidates }: Work, { scores, splits }: Leaf): { readonly cut: string; readonly element: number }[] {
  const best: { cut: string; element: number; score: number }[] = [];
  const taken = new Set(splits.map(({ cut, element }) => `${element} ${cut}`));
  for (const { name } of cuts) {
    for (const [element, score] of (scores.get(name) ?? new Float32Array(0)).entries()) {
      if (!(score > 0) || (best.length === candidates && score <= (best[candidates - 1] as { score: number }).score)) continue;
      if (taken.has(`${element} ${name}`)) continue;
      best.push({ cut: name, element, score });
      best.sort((a, b) => b.score - a.score);
      best.length = Math.min(best.length, candidates);
    }
  }
  return best;
}

/** Leaves side by side, the last repeated until the batch is full. */
export function taskOf(
  { network, domain, bounds, cuts, batch }: Pick<Work, 'network' | 'domain' | 'bounds' | 'cuts' | 'batch'>,
  leaves: readonly Seedling[],
): Climb {
  const all = filled(leaves, batch);
  const { count, data } = stacked(
    all.map(({ goal }) => goal),
    network.outputs,
  );
  const repeated = (one: Float32Array): Float32Array => {
    const many = new Float32Array(batch * one.length);
    for (let b = 0; b < batch; b++) many.set(one, b * one.length);
    return many;
  };
  const everywhere = (values: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> =>
    new Map([...values].map(([name, value]) => [name, repeated(value)]));
  const balls =
    bounds.balls &&
    new Map([...bounds.balls].map(([name, { centre, radius }]) => [name, { centre: repeated(centre), radius: repeated(radius) }]));
  const within = { lower: everywhere(bounds.lower), upper: everywhere(bounds.upper), errors: bounds.errors, ...(balls && { balls }) };
  const signs = new Map(cuts.map(({ name, size }) => [name, new Float32Array(batch * size)]));
  const sizes = new Map(cuts.map(({ name, size }) => [name, size]));
  for (const [b, { splits }] of all.entries()) {
    for (const { cut, element, sign } of splits) {
      const at = b * (sizes.get(cut) as number) + element;
      (signs.get(cut) as Float32Array)[at] = sign;
      const side = (sign > 0 ? within.lower : within.upper).get(cut) as Float32Array;
      side[at] = sign > 0 ? Math.max(0, side[at] as number) : Math.min(0, side[at] as number);
    }
  }
  const { ball } = domain;
  return {
    network,
    bounds: within,
    domain: {
      ...domain,
      batch,
      lower: everywhere(domain.lower),
      upper: everywhere(domain.upper),
      ...(ball && { ball: { centre: everywhere(ball.centre), radius: repeated(ball.radius) } }),
    },
    wanted: 'output',
    rows: count,
    seed: new Map<string, HostTensor>([['rows', { type: 'float32', shape: [count, batch, network.outputs], data }]]),
    splits: signs,
    ...startOf(all, network, cuts, count),
  };
}

/** The parents' variables, where they have some. */
function startOf(
  leaves: readonly Seedling[],
  { cuts: all }: BoundNetwork,
  cuts: readonly Cut[],
  rows: number,
): { readonly start?: Variables } {
  if (leaves.some(({ variables }) => !variables)) return {};
  const joined = (keys: readonly { readonly key: string; readonly size: number }[], of: keyof Variables): Map<string, Float32Array> =>
    new Map(
      keys.flatMap(({ key, size }) => {
        const values = new Float32Array(rows * leaves.length * size);
        for (const [b, { variables }] of leaves.entries()) {
          const own = (variables as Variables)[of].get(key);
          if (!own) return [];
          for (let s = 0; s < rows; s++)
            values.set(own.subarray((s * size) % own.length, ((s * size) % own.length) + size), (s * leaves.length + b) * size);
        }
        return [[key, values] as const];
      }),
    );
  const slopes = choicesOf(all).map(({ key, cut: { size } }) => ({ key, size }));
  const multipliers = cuts.map(({ name, size }) => ({ key: name, size }));
  return { start: { slopes: joined(slopes, 'slopes'), multipliers: joined(multipliers, 'multipliers') } };
}

/** The part of [rows · batch · size] that belongs to one leaf. */
function ofRow({ batch }: Work, values: ReadonlyMap<string, Float32Array>, b: number, rows: number): Map<string, Float32Array> {
  return new Map(
    [...values].map(([name, all]) => {
      const size = all.length / (rows * batch);
      const own = new Float32Array(rows * size);
      for (let s = 0; s < rows; s++) own.set(all.subarray((s * batch + b) * size, (s * batch + b + 1) * size), s * size);
      return [name, own];
    }),
  );
}

function filled<T>(items: readonly T[], length: number): T[] {
  return Array.from({ length }, (_, i) => items[Math.min(i, items.length - 1)] as T);
}

export function pieces<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
