/** All that is known of an audit's subject before a check runs. */
import type { Budget } from '../../threat/epsilon.ts';
import type { AuditOptions } from '../options.ts';
import type { Prepared, Subject } from '../subject.ts';

export interface CheckFacts {
  readonly options: AuditOptions;
  readonly model: AuditOptions['models'][number];
  readonly prepared: Prepared;
  readonly subject: Subject;
  readonly epsilon: Budget;
  /** Data-set indices of the examples that are audited, in order. */
  readonly chosen: readonly number[];
}
