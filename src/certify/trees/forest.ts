/** Tree ensembles as certificates need them: leaves as boxes of float32 numbers. */

/** Inputs that reach a leaf: those with low ≤ x ≤ high in each of `features`. All bounds are float32 numbers, ±Infinity included. */
export interface Leaf {
  /** Each once, ascending. */
  readonly features: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** What it adds to each score. */
  readonly values: readonly number[];
}

/** Every input reaches exactly one leaf. */
export type Tree = readonly Leaf[];

export interface Forest {
  readonly features: number;
  /** Scores, each a base plus the values of one leaf of every tree; a classifier answers with the largest. A classifier of two classes with one score has it as its second; its first is what it is compared with. */
  readonly base: readonly number[];
  readonly trees: readonly Tree[];
  /** Scores are compared as the runtime's float32 sums have them, behind a transform that keeps their order: they may differ by this much from exact sums, each. */
  readonly slack: readonly number[];
}

/** Closed, one interval for each feature, in float32 numbers. */
export interface FeatureBox {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Is there an input in the box that reaches the leaf? */
export function meets({ features, low, high }: Leaf, box: FeatureBox): boolean {
  for (let i = 0; i < features.length; i++) {
    const feature = features[i] as number;
    if ((low[i] as number) > (box.high[feature] as number) || (high[i] as number) < (box.low[feature] as number)) return false;
  }
  return true;
}

/** The part of the box that reaches the leaf. */
export function narrowedTo({ features, low, high }: Leaf, box: FeatureBox): FeatureBox {
  const [lows, highs] = [box.low.slice(), box.high.slice()];
  for (let i = 0; i < features.length; i++) {
    const feature = features[i] as number;
    lows[feature] = Math.max(lows[feature] as number, low[i] as number);
    highs[feature] = Math.min(highs[feature] as number, high[i] as number);
  }
  return { low: lows, high: highs };
}

/** Bounds of every score over a box, by the extreme leaves of each tree that the box meets: sound for the runtime's float32 sums, and fast. */
export function scoreBounds({ base, trees, slack }: Forest, box: FeatureBox): { lower: Float64Array; upper: Float64Array } {
  const lower = Float64Array.from(base, (value, k) => value - (slack[k] as number));
  const upper = Float64Array.from(base, (value, k) => value + (slack[k] as number));
  for (const tree of trees) {
    const met = tree.filter((leaf) => meets(leaf, box));
    for (let k = 0; k < base.length; k++) {
      lower[k] = (lower[k] as number) + met.reduce((least, { values }) => Math.min(least, values[k] as number), Number.POSITIVE_INFINITY);
      upper[k] = (upper[k] as number) + met.reduce((most, { values }) => Math.max(most, values[k] as number), Number.NEGATIVE_INFINITY);
    }
  }
  return { lower, upper };
}
