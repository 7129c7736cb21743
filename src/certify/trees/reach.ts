/** How far a row has to move until the trees, each on its own, could bring another answer about: a bound that no choice of leaves can beat. */
import { type FeatureBox, type Leaf, meets, narrowedTo } from './forest.ts';

/** A leaf with what it adds to the other class's lead. */
export interface Option {
  readonly leaf: Leaf;
  readonly lead: number;
}

/** An option that the box still meets, and how far the row is from where it does. */
export interface Candidate extends Option {
  readonly distance: number;
}

export interface Problem {
  readonly row: Float32Array;
  /** Movement of each feature at distance 1. */
  readonly units: Float64Array;
  readonly range: FeatureBox;
  readonly trees: readonly (readonly Option[])[];
  /** The lead at which the other class may win. */
  readonly target: number;
}

/** One leaf of some trees is chosen: `box` reaches all of them, `lead` is their sum, `left` are the options of the other trees. */
export interface Choice {
  readonly box: FeatureBox;
  readonly lead: number;
  readonly left: readonly (readonly Option[])[];
}

/** A choice that is not looked at yet: one leaf more than `from`, whose other trees keep the options that they have there. */
export interface Pending {
  readonly box: FeatureBox;
  readonly leaf: Leaf;
  readonly lead: number;
  readonly left: Choice['left'];
}

export const settledOn = ({ box, leaf, lead, left }: Pending): Choice => ({ box: narrowedTo(leaf, box), lead, left });

/** The options that the choice's box still meets. */
export function candidatesAt(problem: Problem, { box, left }: Choice): Candidate[][] {
  const own = distanceTo(problem, box);
  return left.map((options) =>
    options.flatMap(({ leaf, lead }) =>
      meets(leaf, box) ? [{ leaf, lead, distance: Math.max(own, distanceWithin(problem, leaf, box)) }] : [],
    ),
  );
}

/** Distance in L∞ of the row to a box, in units; Infinity where a frozen feature would have to move. */
export function distanceTo({ row, units }: Problem, { low, high }: FeatureBox): number {
  let most = 0;
  for (let i = 0; i < row.length; i++)
    most = Math.max(most, distance(row[i] as number, low[i] as number, high[i] as number, units[i] as number));
  return most;
}

/** The same for the part of the box that reaches the leaf, over the leaf's features alone. */
function distanceWithin({ row, units }: Problem, { features, low, high }: Leaf, box: FeatureBox): number {
  let most = 0;
  for (let i = 0; i < features.length; i++) {
    const feature = features[i] as number;
    const from = Math.max(low[i] as number, box.low[feature] as number);
    const to = Math.min(high[i] as number, box.high[feature] as number);
    most = Math.max(most, distance(row[feature] as number, from, to, units[feature] as number));
  }
  return most;
}

/** Differences of float32 numbers are exact in double precision, but for those of very different size. */
function distance(x: number, low: number, high: number, unit: number): number {
  if (x >= low && x <= high) return 0;
  return unit === 0 ? Number.POSITIVE_INFINITY : (x < low ? low - x : x - high) / unit;
}

/** The point of the box that is nearest to the row. */
export const nearest = (row: Float32Array, { low, high }: FeatureBox): Float32Array =>
  row.map((x, i) => Math.min(Math.max(x, low[i] as number), high[i] as number));

/**
 * The least distance at which the chosen lead and, of every other tree, the best leaf within that distance reach the target together; Infinity where
 * they never do.
 */
export function reachable(problem: Problem, candidates: readonly (readonly Candidate[])[], { box, lead }: Choice): number {
  if (candidates.some((options) => options.length === 0)) return Number.POSITIVE_INFINITY;
  const best = new Float64Array(candidates.length).fill(Number.NEGATIVE_INFINITY);
  const events = candidates
    .flatMap((options, tree) => options.map((option) => ({ tree, option })))
    .sort((a, b) => a.option.distance - b.option.distance);
  let [sum, missing] = [lead, candidates.length];
  if (missing === 0) return sum >= problem.target ? distanceTo(problem, box) : Number.POSITIVE_INFINITY;
  for (const { tree, option } of events) {
    if (option.lead <= (best[tree] as number)) continue;
    if (best[tree] === Number.NEGATIVE_INFINITY) missing--;
    else sum -= best[tree] as number;
    best[tree] = option.lead;
    sum += option.lead;
    if (missing === 0 && sum >= problem.target) return option.distance;
  }
  return Number.POSITIVE_INFINITY;
}
