/** One verdict about the evidence itself: a line of the checklist, and the ground of a finding. */

import type { Place } from '../../model/anatomy.ts';
import type { RanEvasion } from '../artifacts.ts';
import type { CheckResult } from '../check-result.ts';
import type { CheckFacts } from '../checks/facts.ts';
import type { DetailOf } from '../details.ts';
import type { Metric } from '../metric.ts';
import type { Scrutiny } from './scrutiny.ts';

export interface Grounds {
  readonly facts: CheckFacts;
  readonly ran: RanEvasion;
  readonly scrutiny: Scrutiny;
  /** Results of checks that ran before. */
  readonly earlier: readonly CheckResult[];
}

export type ItemStatus = DetailOf<'checklist'>['items'][number]['status'];

export interface Item {
  readonly id: string;
  readonly name: string;
  readonly status: ItemStatus;
  /** One sentence with its figure; `{metric}` and `{metric~}` stand for one of `metrics`. */
  readonly text: string;
  readonly metrics?: Readonly<Record<string, Metric>>;
  /** What to do where it fails, best first. */
  readonly remedies?: readonly string[];
  /** Nodes of the model that it is about. */
  readonly places?: readonly Place[];
}
