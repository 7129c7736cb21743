/** Attacks are run by checks: without a check that attacks there are none in an audit. */
import type { AttackPlan } from './attack-plan.ts';
import { inapplicable } from './checks/applicable.ts';
import type { Check } from './checks/check.ts';
import type { CheckFacts } from './checks/facts.ts';
import type { ModelResult } from './result.ts';
import { paramsOf } from './run-checks.ts';

/** Is one of these checks applicable, and does it attack with its parameters? */
export function isAttacked(facts: CheckFacts, checks: readonly Check[]): boolean {
  return checks.some(
    (check) =>
      check.attacks !== undefined &&
      inapplicable(check, facts) === undefined &&
      check.attacks(facts, paramsOf(check, facts.options.checks?.params?.[check.id] ?? {})),
  );
}

/** The attacks that the plan leaves out; nothing where attacks are no part of the run. */
export function attacksLeftOut(facts: CheckFacts, checks: readonly Check[], { leftOut }: AttackPlan): Pick<ModelResult, 'attacksLeftOut'> {
  return isAttacked(facts, checks) ? { attacksLeftOut: [...leftOut] } : {};
}
