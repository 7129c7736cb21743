/** Answers that an earlier process of the same run has paid for: an attack that is taken up again puts the same questions, and gets them from here. */

/** What answers belong to: rows of one endpoint, asked in one form. */
export interface Memory {
  /** The next answer that an earlier process got for this row, each given once: who asked twice then gets two answers now. Undefined where there is none left. */
  recall(row: string): Float32Array | undefined;
  /** Keeps answers for a process to come. */
  keep(answers: readonly { readonly row: string; readonly scores: Float32Array }[]): void;
}

/** @param identity all that an answer depends on beside the row; `numbers` is its length */
export type Memories = (identity: string, numbers: number) => Memory;

export const NO_MEMORY: Memory = { recall: () => undefined, keep: () => {} };
