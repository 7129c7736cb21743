/**
 * The least change of a row that changes what a tree ensemble answers, over features in units of their own. One leaf of every tree at a time is
 * chosen, best first (the leaves of the trees form the cliques of Chen, Zhang, Si, Li, Boning and Hsieh, NeurIPS 2019, arXiv:1906.03849; best-first search
 * over them as in Devos, Meert and Davis, ICML 2021, arXiv:2010.09880). The least distance at which the trees that are left could still bring the answer
 * about, each on its own, bounds from below what any choice can reach, so the search may stop at any time.
 */
import { throwIfAborted } from '../../base/abort.ts';
import { GibbonError } from '../../base/errors.ts';
import type { Norm } from '../../threat/ball.ts';
import type { FeatureBox, Forest, Leaf } from './forest.ts';
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
  /** What distance is. Default: L∞. */
  readonly norm?: Norm;
  /** How far each feature moves at radius 1: a frozen one has 0. Default: 1 each. */
  readonly units?: ArrayLike<number>;
  /** Rows that are possible at all, in float32 numbers; x lies in it. Default: all. */
  readonly range?: FeatureBox;
  /** Nobody asks about larger distances: the search ends where there is nothing left within it. Default: none is too large. */
  readonly reach?: number;
  /** Choices that are looked at in turn before the search stops; 0 gives the bound by intervals alone. */
  readonly most?: number;
  /** Says that there is no more time: asked again and again, and the search stops with what it has. */
  readonly until?: () => boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Radius {
  /** No float32 row within a smaller distance is given another class: a certificate. Infinity where none is possible at all. */
  readonly lower: number;
  /** Distance of `witness`; Infinity where none was found. Equal to `lower` where the search came to its end and no scores were too close to tell. */
  readonly upper: number;
  /** A row that the untouched model gives another class. */
  readonly witness: Float32Array | undefined;
  /** Choices that were looked at. */
  readonly explored: number;
  /** The class that bounds `lower`. */
  readonly other: number;
  /**
   * What bounds `lower`: a row of another class, rows whose scores lie so close that the order of their sums decides, or what is not looked at yet.
   * `nothing` where no other class is possible.
   */
  readonly by: 'witness' | 'rounding' | 'open' | 'nothing';
}

const MOST = 20_000;

/**
 * @param row finite numbers
 * @param label what the untouched model answers there
 * @throws GibbonError E_NOT_APPLICABLE where the forest has one score; E_DATA_SHAPE for a row of another length; E_DATA_VALUES for what is no finite number
 */
export async function minimalRadius(forest: Forest, row: Float32Array, label: number, options: RadiusOptions): Promise<Radius> {
  assertFits(forest, row, label);
  const others = [...forest.base.keys()].filter((other) => other !== label);
  const search = new Search(
    row,
    label,
    others.map((other) => problemOf(forest, row, { label, other }, options)),
    options,
  );
  await search.run();
  return search.found();
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
  { label, other }: { readonly label: number; readonly other: number },
  { norm = 'linf', units, range }: RadiusOptions,
): Problem {
  const lead = (values: readonly number[]): number => (values[other] as number) - (values[label] as number);
  return {
    other,
    norm,
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

/** A distance that bounds the radius from below, and the class that it is about. */
interface Limit {
  readonly distance: number;
  readonly other: number;
}

interface Open extends Pending {
  readonly problem: Problem;
}

/** The least distance, and then the fewest trees that are left: one search over all other classes. */
class Search {
  readonly #row: Float32Array;
  readonly #label: number;
  readonly #options: RadiusOptions;
  readonly #open = new Heap<Open>();
  /** The nearest rows whose class the order of sums decides. */
  #unsure: Limit = { distance: Number.POSITIVE_INFINITY, other: 0 };
  #upper: Limit = { distance: Number.POSITIVE_INFINITY, other: 0 };
  #witness: Float32Array | undefined;
  #explored = 0;

  constructor(row: Float32Array, label: number, problems: readonly Problem[], options: RadiusOptions) {
    this.#row = row;
    this.#label = label;
    this.#options = options;
    for (const problem of problems) {
      const all = { box: problem.range, lead: 0, left: problem.trees };
      this.#add(reachable(problem, candidatesAt(problem, all, this.#within), all), { ...all, leaf: EVERYWHERE, problem });
    }
  }

  /** Farther rows are of no interest. */
  get #within(): number {
    return Math.min(this.#upper.distance, edgeOf(this.#options));
  }

  async run(): Promise<void> {
    const { most = MOST, signal } = this.#options;
    let dive = 1;
    while (this.#explored < most && this.#open.least < this.#upper.distance && !this.#isOver()) {
      throwIfAborted(signal);
      // Now and then one choice is followed to its end, for an upper bound long before the search is over.
      const isDive = this.#explored + 1 >= dive;
      if (isDive) dive = 2 * (this.#explored + 1);
      const next = this.#open.pop();
      if (next) await this.#expand(next, isDive);
    }
  }

  found(): Radius {
    const { distance: upper } = this.#upper;
    const least: Limit = { distance: this.#open.least, other: this.#open.first?.problem.other ?? 0 };
    const limits = [
      { ...this.#upper, by: 'witness' as const },
      { ...this.#unsure, by: 'rounding' as const },
      { ...least, by: 'open' as const },
      // What is farther was not kept.
      { distance: edgeOf(this.#options), other: least.other, by: 'open' as const },
    ];
    const { distance, other, by } = limits.reduce((most, one) => (one.distance < most.distance ? one : most));
    const bounded = Number.isFinite(distance) ? by : 'nothing';
    return { lower: distance, upper, witness: this.#witness, explored: this.#explored, other, by: bounded };
  }

  #isOver(): boolean {
    return this.#options.until?.() === true;
  }

  #add(bound: number, open: Open): void {
    if (bound < this.#upper.distance && bound < Number.POSITIVE_INFINITY) this.#open.push(bound, open.left.length, open);
  }

  async #expand(open: Open, isDive: boolean): Promise<void> {
    const { problem } = open;
    const choice = settledOn(open);
    this.#explored++;
    if (choice.left.length === 0) return this.#ask(problem, choice.box);
    const possible = children(problem, choice, { within: this.#within, isOver: () => this.#isOver() })
      .filter(({ bound }) => bound < this.#upper.distance)
      .sort((a, b) => a.bound - b.bound);
    const [first] = possible;
    const isFollowed = isDive && first !== undefined;
    for (const { bound, pending } of isFollowed ? possible.slice(1) : possible) this.#add(bound, { ...pending, problem });
    if (isFollowed) await this.#expand({ ...first.pending, problem }, true);
  }

  /** All rows of a full choice have the same scores: the one that is nearest decides for all of them, unless the order of sums does. */
  async #ask(problem: Problem, box: FeatureBox): Promise<void> {
    const { other } = problem;
    const distance = distanceTo(problem, box);
    if (distance >= this.#upper.distance) return;
    const candidate = nearest(this.#row, box);
    if ((await this.#options.decide(candidate)) === this.#label) {
      if (distance < this.#unsure.distance) this.#unsure = { distance, other };
      return;
    }
    this.#upper = { distance, other };
    this.#witness = candidate;
  }
}

/** A little beyond the reach, so that what lies at its very end is found in spite of rounding. */
const edgeOf = ({ reach = Number.POSITIVE_INFINITY }: RadiusOptions): number => reach * (1 + 2 ** -30);

/** A leaf that asks for nothing. */
const EVERYWHERE: Leaf = { features: [], low: [], high: [], values: [] };

interface Child {
  readonly bound: number;
  readonly pending: Pending;
}

/**
 * The choice with one more tree settled: the one whose leaves promise most beyond what the row's own surroundings give. Where there is no more time
 * children keep the bound of what they come from.
 */
function children(
  problem: Problem,
  choice: Choice,
  { within, isOver }: { readonly within: number; readonly isOver: () => boolean },
): Child[] {
  const candidates = candidatesAt(problem, choice, within);
  const own = reachable(problem, candidates, choice);
  const settled = mostOptimistic(candidates, own);
  const left = candidates.filter((_, i) => i !== settled);
  return (candidates[settled] ?? []).flatMap(({ leaf, lead }) => {
    const pending: Pending = { box: choice.box, leaf, lead: choice.lead + lead, left };
    if (isOver()) return [{ bound: own, pending }];
    const child = settledOn(pending);
    const bound = reachable(problem, candidatesAt(problem, child, within), child);
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
