/** What is to be proved of an output y: that it violates no clause. A clause is violated where every one of its rows has a·y ≤ offset. */
export interface Goal {
  /** [R · outputs] */
  readonly rows: Float32Array;
  /** [R] */
  readonly offsets: Float32Array;
  /** What the clause is about, for people: the class that must not win. */
  readonly name?: string;
}

/** That class `label` wins against each other class: one goal for each. */
export function robustness(label: number, classes: number): Goal[] {
  return Array.from({ length: classes }, (_, other) => other)
    .filter((other) => other !== label)
    .map((other) => {
      const rows = new Float32Array(classes);
      rows[label] = 1;
      rows[other] = -1;
      return { rows, offsets: Float32Array.of(0), name: String(other) };
    });
}

/**
 * Rows of several goals as a graph takes them, [S, batch, outputs] with S the most rows that one of them has: shorter ones repeat their last.
 */
export function stacked(goals: readonly Goal[], outputs: number): { readonly count: number; readonly data: Float32Array } {
  const count = Math.max(...goals.map(({ offsets }) => offsets.length));
  const data = new Float32Array(count * goals.length * outputs);
  for (let s = 0; s < count; s++) {
    for (const [b, { rows, offsets }] of goals.entries()) {
      const from = Math.min(s, offsets.length - 1) * outputs;
      data.set(rows.subarray(from, from + outputs), (s * goals.length + b) * outputs);
    }
  }
  return { count, data };
}

/**
 * For each goal of a batch, how far above its offset the best of its rows is proved to stay: positive where the clause cannot be violated.
 * A bound that is infinite, or no number, has overflowed on the way and says nothing.
 */
export function proved(goals: readonly Goal[], { lower, error }: { readonly lower: Float32Array; readonly error: Float32Array }): number[] {
  const batch = goals.length;
  return goals.map(({ offsets }, b) =>
    Math.max(
      ...Array.from(offsets, (offset, s) => {
        const value = (lower[s * batch + b] as number) - (error[s * batch + b] as number);
        return Number.isFinite(value) ? value - offset : Number.NEGATIVE_INFINITY;
      }),
    ),
  );
}
