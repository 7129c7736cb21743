/** Holds a result against its gates: the rules that were given, and what a baseline brings by itself. */
import { checksOf, matchModels } from '../compare/match-models.ts';
import type { AuditResult, CheckResult, ModelResult } from '../result.ts';
import { type Compared, changeGate, noLossGate } from './baseline-gate.ts';
import { figureGate, type GateVerdict, unmeasured } from './figure-gate.ts';
import type { GateResult } from './gate-result.ts';
import { type GateLimit, type GateRules, limitsOf } from './gate-rules.ts';
import { type GateName, parseGateName } from './gate-target.ts';
import { severityGate } from './severity-gate.ts';

export interface Gating {
  readonly rules?: GateRules | undefined;
  /** An earlier result of the same model, or of the one that it replaces. */
  readonly baseline?: AuditResult | undefined;
}

/** Chance of a false alarm over all gates that a baseline brings, if nothing has changed. */
const ALPHA = 0.05;
/** What a baseline is held against where no rule says otherwise. */
const KEPT = ['cleanAccuracy', 'robustAccuracy'] as const;

/** One audited model, with its checks and its counterpart in the baseline. */
interface Side {
  readonly model: ModelResult;
  readonly checks: readonly CheckResult[];
  readonly run: AuditResult['run'];
}

interface Case {
  readonly after: Side;
  readonly before: Side | undefined;
  readonly hasBaseline: boolean;
}

/** In the order of the rules and models. Undefined where there is neither a rule nor a baseline. @throws GibbonError E_USAGE for a name that is none */
export function evaluateGates(result: AuditResult, { rules = {}, baseline }: Gating): GateResult[] | undefined {
  if (Object.keys(rules).length === 0 && !baseline) return undefined;
  const side = (run: AuditResult, model: ModelResult): Side => ({ model, checks: checksOf(run, model), run: run.run });
  const cases = matchModels(baseline?.models ?? [], result.models).flatMap(({ before, after }): Case[] =>
    after
      ? [
          {
            after: side(result, after),
            before: baseline && before ? side(baseline, before) : undefined,
            hasBaseline: baseline !== undefined,
          },
        ]
      : [],
  );
  return [...givenGates(rules, cases), ...(baseline ? baselineGates(rules, cases) : [])];
}

function givenGates(rules: GateRules, cases: readonly Case[]): GateResult[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const parsed = parseGateName(name);
    const meant = cases.filter(({ after }) => parsed.model === undefined || parsed.model === after.model.name);
    return limitsOf(rule).flatMap(([level, limit]) => {
      const { unsure = 'fail' } = limit;
      const gate = (model: string, verdict: GateVerdict): GateResult => ({
        name,
        model,
        level,
        ...verdict,
        counts: counted(verdict, level, unsure),
      });
      if (meant.length > 0)
        return meant.flatMap((one) => verdicts(one, parsed, limit).map((verdict) => gate(one.after.model.name, verdict)));
      const audited = cases.map(({ after }) => after.model.name).join(', ');
      return kinds(limit).map((kind) =>
        gate(parsed.model ?? '', unmeasured({ kind, limit: null }, `There is no model ${parsed.model} in this run; there is ${audited}.`)),
      );
    });
  });
}

type LimitKind = Exclude<GateResult['kind'], 'no-loss'>;

function kinds(limit: GateLimit): LimitKind[] {
  return (['min', 'max', 'maxDrop', 'maxRise', 'maxSeverity'] as const).filter((kind) => limit[kind] !== undefined);
}

/** One for each limit of a rule. */
function verdicts({ after, before, hasBaseline }: Case, { target }: GateName, limit: GateLimit): GateVerdict[] {
  if (target.kind !== 'figure') return limit.maxSeverity === undefined ? [] : [severityGate(after.checks, target, limit.maxSeverity)];
  const { check, figure } = target;
  return kinds(limit).flatMap((kind): GateVerdict[] => {
    const value = limit[kind];
    if (kind === 'maxSeverity' || typeof value !== 'number') return [];
    if (kind === 'min' || kind === 'max') return [figureGate({ ...after, check, figure }, kind, value)];
    if (kind !== 'maxDrop' && kind !== 'maxRise') return [];
    if (before) return [changeGate({ before: { ...before, check, figure }, after: { ...after, check, figure } }, { kind, limit: value })];
    return [
      unmeasured(
        { kind, limit: value },
        hasBaseline ? `The baseline holds no model to compare ${after.model.name} with.` : 'There is no baseline: give --baseline.',
      ),
    ];
  });
}

/** No loss of clean and robust accuracy may be shown; a rule of the same name, or `off`, takes its place. The level is shared among all of them (Bonferroni). */
function baselineGates(rules: GateRules, cases: readonly Case[]): GateResult[] {
  const wanted = cases.flatMap((one) =>
    KEPT.filter((figure) => one.after.checks.some(({ id }) => id === 'evasion') && !isReplaced(rules, one.after.model.name, figure)).map(
      (figure) => ({ one, figure }),
    ),
  );
  const alpha = ALPHA / wanted.length;
  return wanted.map(({ one: { before, after }, figure }) => {
    const target = { check: 'evasion', figure };
    const compared: Compared | undefined = before && { before: { ...before, ...target }, after: { ...after, ...target } };
    const verdict = compared
      ? noLossGate(compared, alpha)
      : unmeasured({ kind: 'no-loss', limit: alpha }, `The baseline holds no model to compare ${after.model.name} with.`);
    return {
      name: `evasion.${figure}`,
      model: after.model.name,
      level: 'error' as const,
      ...verdict,
      counts: counted(verdict, 'error', 'fail'),
    };
  });
}

/** A rule about the change, or `off`, for this model or for all. */
function isReplaced(rules: GateRules, model: string, figure: string): boolean {
  return [`evasion.${figure}`, `${model}:evasion.${figure}`].some((name) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    return (
      rule !== undefined &&
      (rule === 'off' || limitsOf(rule).some(([, { maxDrop, maxRise }]) => maxDrop !== undefined || maxRise !== undefined))
    );
  });
}

function counted({ outcome }: GateVerdict, level: 'error' | 'warn', unsure: 'fail' | 'warn'): GateResult['counts'] {
  if (outcome === 'pass') return 'pass';
  return level === 'warn' || (outcome === 'cannot-tell' && unsure === 'warn') ? 'warn' : 'fail';
}
