/** Results in the words of the verification competitions (VNN-COMP rules since 2022). */

export type InstanceResult =
  /** A counterexample: all inputs and all outputs of the model, flattened. */
  | { readonly status: 'sat'; readonly inputs: ArrayLike<number>; readonly outputs: ArrayLike<number> }
  /** unsat: the property holds. timeout: the seconds are over. unknown: it cannot be decided. */
  | { readonly status: 'unsat' | 'unknown' | 'timeout' };

/** The text of a result file: one word, and behind "sat" the witness ((X_0 0.5) … (Y_0 1.25) …), in digits from which every value comes again exactly. */
export function resultText(result: InstanceResult): string {
  if (result.status !== 'sat') return `${result.status}\n`;
  const values = [...assigned('X', result.inputs), ...assigned('Y', result.outputs)];
  return `sat\n(${values.join('\n ')})\n`;
}

const assigned = (letter: 'X' | 'Y', values: ArrayLike<number>): string[] =>
  Array.from(values, (value, i) => `(${letter}_${i} ${Object.is(value, -0) ? '-0.0' : value})`);
