/** What turns rows into a model's inputs. */
import type { Feeds } from '../runtime/runtime.ts';

/** Rows [n × size], values before normalisation, as the model's inputs of n rows each. */
export interface Encoder {
  (rows: readonly Float32Array[]): Feeds;
  /** Where rows differ in kind: those with one key become the same input, and only those of one group may share a run. */
  readonly signature?: (row: Float32Array) => { readonly key: string; readonly group: number };
}
