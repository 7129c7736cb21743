/** What an audit knows of its subject once it ran: the facts, an attack with its replies, the curve. */
import type { Attack } from '../attacks/attack.ts';
import type { Budget } from '../threat/epsilon.ts';
import type { AuditOptions } from './options.ts';
import type { PlannedAttack } from './presets.ts';
import type { CurvePoint } from './result.ts';
import type { AttackOrder, AttackReply, CleanReply, Prepared } from './subject.ts';

export interface Facts {
  readonly options: AuditOptions;
  readonly model: AuditOptions['models'][number];
  readonly prepared: Prepared;
  readonly clean: readonly CleanReply[];
  readonly epsilon: Budget;
}

export interface RanAttack {
  readonly unit: Attack;
  readonly planned: PlannedAttack;
  readonly items: AttackOrder['items'];
  readonly save: string | undefined;
  readonly replies: ReadonlyMap<number, AttackReply>;
}

/** What was tried on examples, as far as the worst case asks for it. */
export interface Tried extends Omit<RanAttack, 'unit' | 'planned'> {
  readonly unit: Pick<Attack, 'id' | 'knowledge'>;
}

export interface Traced {
  readonly points: readonly CurvePoint[];
  /** What fell to the curve's own attacks within the audited epsilon: it counts there too. */
  readonly found: readonly RanAttack[];
}
