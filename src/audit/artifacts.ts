/** What several checks of one model share. */

import type { CrossExamination } from './evidence/examination.ts';
import type { Failure } from './failures.ts';
import type { Facts, RanAttack, Traced } from './ran.ts';
import type { ModelResult } from './result.ts';
import type { Evidence } from './verdict.ts';

/** The attacks that ran, what they found, and the figures that follow. */
export interface RanEvasion {
  readonly facts: Facts;
  readonly ran: readonly RanAttack[];
  readonly curve: Traced;
  /** How the attacks themselves stood up to more of the same and to attacks of other kinds. */
  readonly cross: CrossExamination;
  readonly failures: readonly Failure[];
  /** What a budget did not reach, where it ended the attacks. */
  readonly unreached: string | undefined;
  /** What was planned and not finished. */
  readonly cut: NonNullable<ModelResult['attacksCut']>;
  /** Attacks, curve, summary and samples of the result, without findings and pictures. */
  readonly result: ModelResult;
  readonly evidence: Evidence;
}
