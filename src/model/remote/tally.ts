/** The count of what an endpoint was asked: written down before a request goes out, so that no end of the process makes it too small. */
import { GibbonError } from '../../base/errors.ts';

/** Requests and the rows in them, by what became of them. */
export interface Counts {
  readonly requests: number;
  readonly rows: number;
  /** An answer came and was used. */
  readonly answered: { readonly requests: number; readonly rows: number };
  /** Turned away before the model was asked: 429, 503, other refusals. */
  readonly refused: { readonly requests: number; readonly rows: number };
  /** Errors of the server, answers that could not be read, requests without any answer: the model may have been asked. */
  readonly unsure: { readonly requests: number; readonly rows: number };
}

const NONE = { requests: 0, rows: 0 };
export const NOTHING_ASKED: Counts = { ...NONE, answered: NONE, refused: NONE, unsure: NONE };

/** Questions that count against a budget: all that the model may have answered. */
export const spentOf = ({ rows, refused }: Counts): number => rows - refused.rows;

export type Outcome = 'answered' | 'refused' | 'unsure';

export interface Tally {
  readonly counts: Counts;
  /** Questions left of the budget, without those that are held back; Infinity where there is no budget. */
  left(): number;
  /** Holds so many questions back until the function that it returns is called. */
  hold(rows: number): () => void;
  /** A request is about to go out. @throws GibbonError E_BUDGET where the budget does not cover it: then it must not */
  send(rows: number): void;
  /** What became of a request. */
  settle(outcome: Outcome, rows: number): void;
  /** A request could not be sent at all. */
  unsend(rows: number): void;
}

export interface TallyOptions {
  readonly budget?: number | undefined;
  /** What was asked before, in an earlier process of the same run. */
  readonly before?: Counts | undefined;
  /** Keeps the counts; called before each request and after it. */
  readonly keep?: ((counts: Counts) => void) | undefined;
}

export function createTally({ budget = Number.POSITIVE_INFINITY, before = NOTHING_ASKED, keep = () => {} }: TallyOptions = {}): Tally {
  // A request whose end nobody knows is one that may have been answered.
  let counts: Counts = before;
  let held = 0;
  const change = (by: 1 | -1, rows: number, kinds: readonly Outcome[]): void => {
    const moved = (one: { requests: number; rows: number }) => ({ requests: one.requests + by, rows: one.rows + by * rows });
    counts = { ...counts, ...Object.fromEntries(kinds.map((kind) => [kind, moved(counts[kind])])) };
  };
  const left = (): number => budget - held - spentOf(counts);
  return {
    get counts() {
      return counts;
    },
    left,
    hold: (rows) => {
      held += rows;
      return () => {
        held -= rows;
      };
    },
    send: (rows) => {
      if (left() < rows) throw spent(budget);
      counts = { ...counts, requests: counts.requests + 1, rows: counts.rows + rows };
      change(1, rows, ['unsure']);
      keep(counts);
    },
    settle: (outcome, rows) => {
      if (outcome === 'unsure') return;
      change(-1, rows, ['unsure']);
      change(1, rows, [outcome]);
      keep(counts);
    },
    unsend: (rows) => {
      counts = { ...counts, requests: counts.requests - 1, rows: counts.rows - rows };
      change(-1, rows, ['unsure']);
      keep(counts);
    },
  };
}

export function spent(budget: number): GibbonError {
  return new GibbonError('E_BUDGET', `the budget of ${budget} questions to the endpoint is spent`, {
    hint: 'Raise it with --query-budget; what is finished is kept, and a second run in the same folder goes on from there.',
  });
}
