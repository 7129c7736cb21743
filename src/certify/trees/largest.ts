/**
 * The largest weighted sum of a forest's scores over a box: for regressors, and for classifiers on boxes that are no balls. One leaf of every tree at a
 * time is chosen, best first; a partial choice is worth its own sum and the best leaf of every other tree that its box still meets.
 */
import { type FeatureBox, type Forest, type Leaf, meets, narrowedTo } from './forest.ts';
import { Heap } from './heap.ts';

export interface Largest {
  /** The runtime's own float32 sum is nowhere in the box above it: a certificate. −Infinity for an empty box. */
  readonly upper: number;
  /** The runtime's sum at `point` is at least this. Where the search came to its end, both differ by rounding alone. */
  readonly lower: number;
  readonly point: Float32Array | undefined;
  /** Choices that were looked at. */
  readonly explored: number;
}

interface Option {
  readonly leaf: Leaf;
  readonly sum: number;
}

/** `left` are the options of the trees that are not settled, some of them beyond the box. */
interface Choice {
  readonly box: FeatureBox;
  readonly sum: number;
  readonly left: readonly (readonly Option[])[];
}

interface Pending {
  readonly from: Choice;
  readonly option: Option;
  readonly left: Choice['left'];
}

const MOST = 20_000;

/**
 * @param weights one for each score, e.g. 1 for a target, or 1 for another class and −1 for the label: it is certified where `upper` is below 0
 * @param box in float32 numbers
 * @param most choices before the search stops; 0 gives the bound by intervals
 */
export function largestSum(forest: Forest, weights: readonly number[], box: FeatureBox, most: number = MOST): Largest {
  const weighted = (values: readonly number[]): number => values.reduce((sum, value, k) => sum + value * (weights[k] as number), 0);
  const slack = forest.slack.reduce((sum, one, k) => sum + one * Math.abs(weights[k] as number), 0);
  const trees = forest.trees.map((leaves) => leaves.map((leaf): Option => ({ leaf, sum: weighted(leaf.values) })));
  const open = new Heap<Pending>();
  let next: Choice | undefined = { box, sum: weighted(forest.base), left: trees };
  const first = boundOf(next);
  if (first === Number.NEGATIVE_INFINITY) return { upper: first, lower: first, point: undefined, explored: 0 };
  let explored = 0;
  for (; next && explored < most; explored++) {
    const [settled, left] = split(next);
    if (!settled) return { upper: next.sum + slack, lower: next.sum - slack, point: pointIn(next.box), explored };
    for (const option of settled) {
      const pending: Pending = { from: next, option, left };
      const bound = boundOf(taken(pending));
      if (bound > Number.NEGATIVE_INFINITY) open.push(-bound, left.length, pending);
    }
    const pending = open.pop();
    next = pending && taken(pending);
  }
  const bound = Math.max(-open.least, next ? boundOf(next) : Number.NEGATIVE_INFINITY);
  return { upper: Math.min(first, bound) + slack, lower: Number.NEGATIVE_INFINITY, point: undefined, explored };
}

const taken = ({ from, option, left }: Pending): Choice => ({ box: narrowedTo(option.leaf, from.box), sum: from.sum + option.sum, left });

/** −Infinity where a tree has no leaf in the box: the box is empty. */
function boundOf({ box, sum, left }: Choice): number {
  const best = (options: readonly Option[]): number =>
    options.reduce((most, option) => (option.sum > most && meets(option.leaf, box) ? option.sum : most), Number.NEGATIVE_INFINITY);
  return left.reduce((total, options) => total + best(options), sum);
}

/** The options of the tree whose sums are furthest apart, and those of the others. */
function split({ box, left }: Choice): [settled: readonly Option[] | undefined, left: (readonly Option[])[]] {
  const met = left.map((options) => options.filter(({ leaf }) => meets(leaf, box)));
  let [settled, widest] = [-1, -1];
  for (const [i, options] of met.entries()) {
    const most = options.reduce((best, { sum }) => Math.max(best, sum), Number.NEGATIVE_INFINITY);
    const width = most - options.reduce((least, { sum }) => Math.min(least, sum), Number.POSITIVE_INFINITY);
    if (width > widest) [settled, widest] = [i, width];
  }
  return [met[settled], met.filter((_, i) => i !== settled)];
}

/** The point of the box that is nearest to 0. */
const pointIn = ({ low, high }: FeatureBox): Float32Array =>
  Float32Array.from(low, (from, i) => Math.min(Math.max(0, from), high[i] as number));
