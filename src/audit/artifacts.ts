/** What several checks of one model share. */
import type { Facts, RanAttack, Traced } from './assemble.ts';
import type { Failure } from './failures.ts';
import type { ModelResult } from './result.ts';
import type { Evidence } from './verdict.ts';

/** The attacks that ran, what they found, and the figures that follow. */
export interface RanEvasion {
  readonly facts: Facts;
  readonly ran: readonly RanAttack[];
  readonly curve: Traced;
  readonly failures: readonly Failure[];
  /** Attacks, curve, summary and samples of the result, without findings and pictures. */
  readonly result: ModelResult;
  readonly evidence: Evidence;
}
