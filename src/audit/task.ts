/** Pieces of work that run in worker processes: the contract between a check and the worker. Everything that crosses is plain JSON. */
import type { Runtime } from '../runtime/runtime.ts';
import type { Subject } from './subject.ts';
import type { Opened } from './work.ts';

/** What a task finds in its worker. */
export interface TaskTools {
  /** Opens model and data once per process. */
  open(subject: Subject): Promise<Opened>;
  readonly runtime: Runtime;
  /** Says how many more units (examples) are done. */
  progress(done: number): void;
  /** Says that the worker is alive; every graph run through `runtime` says so by itself. */
  alive(): void;
}

export interface RowItem {
  /** Position in the data set. */
  readonly index: number;
}

export interface RowReply {
  readonly index: number;
}

export interface RowTools<R extends RowReply> extends TaskTools {
  /** Hands over finished rows, in any order: they are in the journal from then on. Await it: it keeps memory flat. Counts as progress, too. */
  finished(rows: readonly R[]): Promise<void>;
}

/**
 * Work whose rows do not depend on each other: they may be cut into shards, come back in any order, and be taken from the journal.
 * A row's reply may depend on `common` and on its item only, never on its neighbours. Random numbers: `keyedRng(seed, check, index, purpose)`.
 */
export interface RowTask<C, I extends RowItem, R extends RowReply> {
  readonly kind: string;
  readonly shape: 'rows';
  run(common: C, items: readonly I[], tools: RowTools<R>): Promise<void>;
}

export interface SingleTask<P, R> {
  readonly kind: string;
  readonly shape: 'single';
  /** It looks at files whose content no key knows: never taken from the journal. */
  readonly isFresh?: true;
  run(payload: P, tools: TaskTools): Promise<R>;
}

export function defineRowTask<C, I extends RowItem, R extends RowReply>(task: Omit<RowTask<C, I, R>, 'shape'>): RowTask<C, I, R> {
  return { ...task, shape: 'rows' };
}

export function defineSingleTask<P, R>(task: Omit<SingleTask<P, R>, 'shape'>): SingleTask<P, R> {
  return { ...task, shape: 'single' };
}

// biome-ignore lint/suspicious/noExplicitAny: payloads are checked where tasks are called; the registry holds all of them
export type AnyTask = RowTask<any, any, any> | SingleTask<any, any>;
