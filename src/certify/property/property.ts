/**
 * A property as certificates and attacks need it: a union of input boxes, each with the output conditions that would be a violation.
 * Its statement is the *violation*: "sat" means that a counterexample exists, "unsat" that the model keeps the property.
 */

/** `weight` times the `index`-th input or output, both counted over all inputs (outputs) of the model in the order of the file, flattened. */
export interface Term {
  readonly index: number;
  readonly weight: number;
}

/** Σ inputs + Σ outputs ≤ bound, or < bound where it is strict. Weights are finite and not 0, each index stands there once. */
export interface LinearConstraint {
  /** Empty but for conditions that tie outputs to inputs, several inputs to each other, or exclude an input's end. */
  readonly inputs: readonly Term[];
  readonly outputs: readonly Term[];
  readonly bound: number;
  readonly strict: boolean;
}

/** All constraints hold at once; none at all: always. */
export type Conjunction = readonly LinearConstraint[];

/** Closed, finite, one number for each input value, lower ≤ upper. */
export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** A point of the box violates the property where one of the conjunctions holds. */
export interface InputCase {
  readonly box: Box;
  readonly violations: readonly Conjunction[];
}

export interface Property {
  /** Values of all inputs together, X_0 to X_(inputs − 1). */
  readonly inputs: number;
  readonly outputs: number;
  /** None where no input can fulfil what the property says of inputs: it is then kept ("unsat"). */
  readonly cases: readonly InputCase[];
}

/**
 * The box as a model with float32 inputs meets it: a written bound stands for itself and for the float32 next to it, whichever is wider.
 * Every point that `checkWitness` accepts lies in it.
 */
export function float32Box({ lower, upper }: Box): Box {
  return {
    lower: lower.map((value) => Math.min(value, Math.fround(value))),
    upper: upper.map((value) => Math.max(value, Math.fround(value))),
  };
}

/**
 * Does the constraint hold at these inputs and outputs? Sums are made in double precision: of float32 values with weights 1 and −1, comparing two
 * outputs is exact. NaN fulfils nothing.
 */
export function holds({ inputs, outputs, bound, strict }: LinearConstraint, x: ArrayLike<number>, y: ArrayLike<number>): boolean {
  const sum = weighted(inputs, x) + weighted(outputs, y);
  return strict ? sum < bound : sum <= bound;
}

function weighted(terms: readonly Term[], values: ArrayLike<number>): number {
  return terms.reduce((sum, { index, weight }) => sum + weight * (values[index] as number), 0);
}
