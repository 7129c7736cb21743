/**
 * The least change of a row that changes what a tree ensemble answers, in L∞ over features in units of their own. One leaf of every tree at a time is
 * chosen, best first (the leaves of the trees form the cliques of Chen, Zhang, Si, Li, Boning and Hsieh, NeurIPS 2019, arXiv:1906.03849; best-first search
 * over them as in Devos, Meert and Davis, ICML 2021, arXiv:2010.09880). The least distance at which the trees that are left could still bring the answer
 * about, each on its own, bounds from below what any choice can reach, so the search may stop at any time.
 */
import { throwIfAborted } from '../../base/abort.ts';
import { GibbonError } from '../../base/errors.ts';
import type { FeatureBox, Forest } from './forest.ts';
import { Heap } from './heap.ts';
import {
  type Candidate,
  type Choice,
  candidatesAt,
  distanceTo,
  nearest,
  type Pending,
  type Problem,
  reachable,
  settledOn,
} from './reach.ts';

export interface RadiusOptions {
  /** The class that the untouched model gives to a row. */
  readonly decide: (row: Float32Array) => Promise<number>;
  /** How far each feature moves at radius 1: a frozen one has 0. Default: 1 each. */
  readonly units?: ArrayLike<number>;
  /** Rows that are possible at all, in float32 numbers; x lies in it. Default: all. */
  readonly range?: FeatureBox;
  /** Choices that are looked at in turn before the search stops; 0 gives the bound by intervals alone. */
  readonly most?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Radius {
  /** No float32 row within a smaller distance is given another class: a certificate. Infinity where none is possible at all. */
  readonly lower: number;
  /** Distance of `witness`; Infinity where none was found. Equal to `lower` where the search came to its end. */
  readonly upper: number;
  /** A row that the untouched model gives another class. */
  readonly witness: Float32Array | undefined;
  /** Choices that were looked at. */
  readonly explored: number;
}

const MOST = 20_000;

/**
 * @param row finite numbers
 * @param label what the untouched model answers there
 * @throws GibbonError E_NOT_APPLICABLE where the forest has one score; E_DATA_SHAPE for a row of another length; E_DATA_VALUES for what is no finite number
 */
export async function minimalRadius(forest: Forest, row: Float32Array, label: number, options: RadiusOptions): Promise<Radius> {
  assertFits(forest, row, label);
  const search = new Search(row, label, options);
  const least: number[] = [];
  for (const other of forest.base.keys())
    if (other !== label) least.push(await search.against(problemOf(forest, row, label, other, options)));
  const { upper, witness, explored } = search;
  return { lower: Math.min(upper, ...least), upper, witness, explored };
}

function assertFits({ features, base }: Forest, row: Float32Array, label: number): void {
  if (base.length < 2)
    throw new GibbonError('E_NOT_APPLICABLE', 'the model gives one number, and no class', {
      hint: 'Bounds of that number are certificates of regressors.',
    });
  if (row.length !== features) throw new GibbonError('E_DATA_SHAPE', `a row of ${row.length} features, where the trees take ${features}`);
  if (!row.every(Number.isFinite)) throw new GibbonError('E_DATA_VALUES', 'a row with NaN or infinite values in it has no radius');
  if (!(label in base)) throw new GibbonError('E_INTERNAL', `no class ${label} among ${base.length}`);
}

/** What each leaf adds to the other class's lead. */
function problemOf(
  { base, trees, slack, features }: Forest,
  row: Float32Array,
  label: number,
  other: number,
  { units, range }: RadiusOptions,
): Problem {
  const lead = (values: readonly number[]): number => (values[other] as number) - (values[label] as number);
  return {
    row,
    units: Float64Array.from({ length: features }, (_, i) => units?.[i] ?? 1),
    range: range ?? {
      low: new Float64Array(features).fill(Number.NEGATIVE_INFINITY),
      high: new Float64Array(features).fill(Number.POSITIVE_INFINITY),
    },
    trees: trees.map((leaves) => leaves.map((leaf) => ({ leaf, lead: lead(leaf.values) }))),
    // The other class may win where its lead, computed in the runtime's float32, is 0: the slack covers what rounding adds to the exact one.
    target: (base[label] as number) - (base[other] as number) - (slack[label] as number) - (slack[other] as number),
  };
}

/** One search after the other; a witness against one class ends those against others at its distance. */
class Search {
  readonly #row: Float32Array;
  readonly #label: number;
  readonly #options: RadiusOptions;
  upper = Number.POSITIVE_INFINITY;
  witness: Float32Array | undefined;
  explored = 0;

  constructor(row: Float32Array, label: number, options: RadiusOptions) {
    this.#row = row;
    this.#label = label;
    this.#options = options;
  }

  /** A distance below which nothing changes the answer to that class. */
  async against(problem: Problem): Promise<number> {
    const open = new Heap<Pending>();
    const most = this.explored + (this.#options.most ?? MOST);
    let dive = this.explored + 1;
    let next: Choice | undefined = { box: problem.range, lead: 0, left: problem.trees };
    const start = reachable(problem, candidatesAt(problem, next), next);
    if (most === this.explored || start >= this.upper) return start;
    while (next) {
      throwIfAborted(this.#options.signal);
      // Now and then one choice is followed to its end, for an upper bound long before the search is over.
      const isDive = this.explored >= dive;
      if (isDive) dive = 2 * this.explored;
      await this.#expand(problem, open, next, isDive);
      if (open.least >= this.upper || this.explored >= most) break;
      const pending: Pending | undefined = open.pop();
      next = pending && settledOn(pending);
    }
    return open.least;
  }

  async #expand(problem: Problem, open: Heap<Pending>, choice: Choice, isDive: boolean): Promise<void> {
    this.explored++;
    if (choice.left.length === 0) return this.#ask(problem, choice.box);
    const possible = children(problem, choice)
      .filter(({ bound }) => bound < this.upper)
      .sort((a, b) => a.bound - b.bound);
    for (const { bound, pending } of isDive ? possible.slice(1) : possible) open.push(bound, pending.left.length, pending);
    const [first] = possible;
    if (isDive && first) await this.#expand(problem, open, settledOn(first.pending), true);
  }

  /** All rows of a full choice are given the same answer: the one that is nearest decides for all of them. */
  async #ask(problem: Problem, box: FeatureBox): Promise<void> {
    const distance = distanceTo(problem, box);
    if (distance >= this.upper) return;
    const candidate = nearest(this.#row, box);
    if ((await this.#options.decide(candidate)) === this.#label) return;
    this.upper = distance;
    this.witness = candidate;
  }
}

interface Child {
  readonly bound: number;
  readonly pending: Pending;
}

/** The choice with one more tree settled: the one whose leaves promise most beyond what the row's own surroundings give. */
function children(problem: Problem, choice: Choice): Child[] {
  const candidates = candidatesAt(problem, choice);
  const settled = mostOptimistic(candidates, reachable(problem, candidates, choice));
  const left = candidates.filter((_, i) => i !== settled);
  return (candidates[settled] ?? []).flatMap(({ leaf, lead }) => {
    const pending: Pending = { box: choice.box, leaf, lead: choice.lead + lead, left };
    const child = settledOn(pending);
    const bound = reachable(problem, candidatesAt(problem, child), child);
    return bound === Number.POSITIVE_INFINITY ? [] : [{ bound, pending }];
  });
}

function mostOptimistic(candidates: readonly (readonly Candidate[])[], bound: number): number {
  let [settled, most] = [0, Number.NEGATIVE_INFINITY];
  for (const [i, leaves] of candidates.entries()) {
    const within = leaves.filter(({ distance }) => distance <= bound);
    const promise = within.reduce((best, { lead }) => Math.max(best, lead), Number.NEGATIVE_INFINITY);
    const nearestLeaf = leaves.reduce((near, one) => (one.distance < near.distance ? one : near));
    // Trees that have one leaf left are settled last: they cost nothing.
    const optimism = leaves.length === 1 ? -1 : promise - nearestLeaf.lead;
    if (optimism > most) [settled, most] = [i, optimism];
  }
  return settled;
}
