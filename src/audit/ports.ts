/** What an audit needs of its surroundings: someone to do the work, and someone to tell. */

/** Runs one piece of work in some worker. */
export interface Workers {
  readonly size: number;
  run<T>(kind: string, payload: unknown, onProgress?: (progress: unknown) => void): Promise<T>;
}

export interface Reporter {
  /** A new phase begins, of `total` units. */
  phase(label: string, total: number): void;
  advance(units: number): void;
  /** A line for people: an assumption, a decision. */
  note(line: string): void;
}
