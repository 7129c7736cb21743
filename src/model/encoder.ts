/** What turns rows into a model's inputs. */
import type { Feeds } from '../runtime/runtime.ts';

/** Rows [n × size], values before normalisation, as the model's inputs of n rows each. */
export interface Encoder {
  (rows: readonly Float32Array[]): Feeds;
  /** Where rows become sequences: those with one key become the same one, and only those of one length may share a run. */
  readonly signature?: (row: Float32Array) => { readonly key: string; readonly length: number };
}
