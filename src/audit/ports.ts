/** What an audit needs of its surroundings: someone to do the work, and someone to tell. */

/** Runs one piece of work in some worker. */
export interface Workers {
  readonly size: number;
  /** `onCheckpoint` sees what the worker has finished so far, each time it says so. */
  run<T>(kind: string, payload: unknown, onProgress?: (progress: unknown) => void, onCheckpoint?: (value: unknown) => void): Promise<T>;
}

/** What survives the death of the audit itself: finished rows and finished work, by a key of all that they depend on. */
export interface Journal {
  rows(key: string): Promise<ReadonlyMap<number, unknown>>;
  putRows(key: string, rows: readonly { readonly index: number }[]): Promise<void>;
  single(key: string): Promise<{ readonly value: unknown } | undefined>;
  putSingle(key: string, value: unknown): Promise<void>;
}

export interface Reporter {
  /** A new phase begins, of `total` units. */
  phase(label: string, total: number): void;
  advance(units: number): void;
  /** A line for people: an assumption, a decision. */
  note(line: string): void;
}
