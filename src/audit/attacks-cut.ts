/** What of the planned attacks was not finished, so that another run can be held against this one: part of what stands may stand untried. */
import type { Failure } from './failures.ts';
import type { ModelResult } from './result.ts';

export interface Cut {
  readonly failures: readonly Failure[];
  /** What a budget did not reach. */
  readonly unreached: readonly string[];
  /** The budget, as words. */
  readonly over: string | undefined;
}

export function attacksCut({ failures, unreached, over }: Cut): NonNullable<ModelResult['attacksCut']> {
  return [
    ...failures.map(({ what, error }) => ({ name: what, reason: error.message })),
    ...unreached.map((name) => ({ name, reason: `${over ?? 'its budget'} were used up` })),
  ];
}
