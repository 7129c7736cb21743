/** How far a row has to move until the trees, each on its own, could bring another answer about: a bound that no choice of leaves can beat. */
import type { Norm } from '../../threat/ball.ts';
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
  /** The other class. */
  readonly other: number;
  readonly norm: Norm;
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

/** The options that the choice's box still meets, no farther than `within`: whatever follows from others is farther, too. */
export function candidatesAt(problem: Problem, { box, left }: Choice, within: number): Candidate[][] {
  const own = summedTo(problem, box);
  return left.map((options) => {
    const found: Candidate[] = [];
    for (const { leaf, lead } of options) {
      if (!meets(leaf, box)) continue;
      const distance = lengthOf(problem, summedWithin(problem, leaf, box, own));
      if (distance <= within) found.push({ leaf, lead, distance });
    }
    return found;
  });
}

/** Distance of the row to a box, in units; Infinity where a frozen feature would have to move. */
export const distanceTo = (problem: Problem, box: FeatureBox): number => lengthOf(problem, summedTo(problem, box));

/** The largest movement, or the sum of movements or of their squares. */
function summedTo(problem: Problem, { low, high }: FeatureBox): number {
  let total = 0;
  for (let i = 0; i < problem.row.length; i++) total = added(problem, total, termOf(problem, i, low[i] as number, high[i] as number));
  return total;
}

/** The same for the part of the box that reaches the leaf, of which the leaf's features alone differ. */
function summedWithin(problem: Problem, { features, low, high }: Leaf, box: FeatureBox, own: number): number {
  let total = own;
  for (let i = 0; i < features.length; i++) {
    const feature = features[i] as number;
    const [from, to] = [box.low[feature] as number, box.high[feature] as number];
    const within = termOf(problem, feature, Math.max(low[i] as number, from), Math.min(high[i] as number, to));
    total = added(problem, total, problem.norm === 'linf' ? within : within - termOf(problem, feature, from, to));
  }
  return total;
}

const added = ({ norm }: Problem, total: number, term: number): number => (norm === 'linf' ? Math.max(total, term) : total + term);
const lengthOf = ({ norm }: Problem, total: number): number => (norm === 'l2' ? Math.sqrt(Math.max(0, total)) : total);

/** What a feature adds that has to move into an interval. Differences of float32 numbers are exact in double precision, but for those of very different size. */
function termOf({ norm, row, units }: Problem, feature: number, low: number, high: number): number {
  const x = row[feature] as number;
  if (x >= low && x <= high) return 0;
  const unit = units[feature] as number;
  const moved = unit === 0 ? Number.POSITIVE_INFINITY : (x < low ? low - x : x - high) / unit;
  return norm === 'l2' ? moved * moved : moved;
}

/** The point of the box that is nearest to the row. */
export const nearest = (row: Float32Array, { low, high }: FeatureBox): Float32Array =>
  row.map((x, i) => Math.min(Math.max(x, low[i] as number), high[i] as number));

/** −Infinity where there is none. */
function largestLead(options: readonly Candidate[]): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const { lead } of options) if (lead > most) most = lead;
  return most;
}

/**
 * The least distance at which the chosen lead and, of every other tree, the best leaf within that distance reach the target together; Infinity where
 * they never do.
 */
export function reachable(problem: Problem, candidates: readonly (readonly Candidate[])[], { box, lead }: Choice): number {
  // Most choices are over here: all their best leaves together do not reach it, however far they are.
  const most = candidates.reduce((sum, options) => sum + largestLead(options), lead);
  if (!(most >= problem.target)) return Number.POSITIVE_INFINITY;
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
