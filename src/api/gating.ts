/** The gates of an audit, checked before its work begins: a gate that can never be held against anything is a mistake, not a result. */
import { canHave, meantFigure } from '../audit/checks/figures.ts';
import { CHECKS } from '../audit/checks/registry.ts';
import type { Gating } from '../audit/gates/evaluate.ts';
import { type GateRules, gateRules, limitsOf } from '../audit/gates/gate-rules.ts';
import { type GateTarget, parseGateName } from '../audit/gates/gate-target.ts';
import type { AuditOptions } from '../audit/options.ts';
import { GibbonError } from '../base/errors.ts';
import { similar } from '../base/similar.ts';
import { readResult } from './read-result.ts';

export interface GatingRequest {
  readonly gates?: unknown;
  /** Path of an earlier result. */
  readonly baseline?: string | undefined;
}

/** @throws GibbonError E_USAGE for rules that cannot be meant, E_FILE_NOT_FOUND for a baseline that is not there */
export async function gatingOf({ gates, baseline }: GatingRequest, { models }: Pick<AuditOptions, 'models'>): Promise<Gating> {
  const rules = gates === undefined ? {} : parsed(gates);
  for (const [name, rule] of Object.entries(rules)) {
    const { model, target } = parseGateName(name);
    const names = models.map((one) => one.name);
    if (model !== undefined && !names.includes(model))
      throw unknown(`the gate ${name} is for the model ${model}`, names, similar(model, names));
    assertTarget(name, target);
    const compares = limitsOf(rule).some(([, { maxDrop, maxRise }]) => maxDrop !== undefined || maxRise !== undefined);
    if (compares && baseline === undefined) {
      throw new GibbonError('E_USAGE', `the gate ${name} compares with a baseline, but none is given`, {
        hint: 'Add --baseline with the result.json of an earlier audit.',
      });
    }
  }
  return { rules, ...(baseline !== undefined && { baseline: await readResult(baseline) }) };
}

function parsed(gates: unknown): GateRules {
  const checked = gateRules.safeParse(gates);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new GibbonError('E_USAGE', `the gate ${issue?.path.join('.')}: ${issue?.message}`, {
    hint: "Such as { 'evasion.robustAccuracy': ['error', { min: 0.4 }] }. See docs/gates.md.",
    cause: checked.error,
  });
}

/** @throws GibbonError E_USAGE for a check that does not exist, and for a figure that it cannot have */
function assertTarget(name: string, target: GateTarget): void {
  if (!('check' in target)) return;
  const check = CHECKS.find(({ id }) => id === target.check);
  const ids = CHECKS.map(({ id }) => id);
  if (!check) throw unknown(`the gate ${name} is for the check ${target.check}`, ids, similar(target.check, ids));
  if (target.kind === 'check' || canHave(check, target.figure)) return;
  const what = `the gate ${name} is for the figure ${target.figure} of the check ${check.id}`;
  throw unknown(what, check.figures, meantFigure(check, target.figure));
}

function unknown(what: string, known: readonly string[], meant: string | undefined): GibbonError {
  const hint = meant === undefined ? `There is ${known.join(', ')}.` : `Did you mean ${meant}?`;
  return new GibbonError('E_USAGE', `${what}, which does not exist`, { hint });
}
