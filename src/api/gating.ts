/** The gates of an audit, checked before its work begins: a gate that can never be held against anything is a mistake, not a result. */
import { CHECKS } from '../audit/checks/registry.ts';
import type { Gating } from '../audit/gates/evaluate.ts';
import { type GateRules, gateRules, limitsOf } from '../audit/gates/gate-rules.ts';
import { parseGateName } from '../audit/gates/gate-target.ts';
import type { AuditOptions } from '../audit/options.ts';
import { GibbonError } from '../base/errors.ts';
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
    if (model !== undefined && !names.includes(model)) throw unknown(`the gate ${name} is for the model ${model}`, names);
    const ids = CHECKS.map(({ id }) => id);
    if ('check' in target && !ids.includes(target.check)) throw unknown(`the gate ${name} is for the check ${target.check}`, ids);
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

function unknown(what: string, known: readonly string[]): GibbonError {
  return new GibbonError('E_USAGE', `${what}, which does not exist`, { hint: `There is ${known.join(', ')}.` });
}
