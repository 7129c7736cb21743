/** Runs checks one after the other; whatever comes of one, the others go on and it leaves a result. */
import { GibbonError, toGibbonError } from '../base/errors.ts';
import { STRONGEST, type ThreatModel } from '../threat/threat-model.ts';
import type { Certificates } from './certificates/result.ts';
import type { Broken } from './certificates/witness.ts';
import type { CheckResult, Status } from './check-result.ts';
import { inapplicable } from './checks/applicable.ts';
import type { Check, CheckContext, FindingDraft, Outcome } from './checks/check.ts';
import type { Finding } from './finding.ts';
import { meaningOf } from './meaning.ts';
import type { AuditOptions } from './options.ts';
import { filled } from './words.ts';

/** The checks that the user wants: all but the slow ones in the quick preset, or those named. @throws GibbonError E_USAGE for unknown names, and where none is left */
export function chosenChecks(all: readonly Check[], { checks, preset, only: attack }: AuditOptions): Check[] {
  const { only, skip = [] } = checks ?? {};
  if (attack) return all.filter(({ id }) => id === 'evasion');
  assertKnown(all, [...(only ?? []), ...skip]);
  const named = ({ id, category }: Check, names: readonly string[]): boolean => names.includes(id) || names.includes(category);
  const chosen = all.filter((check) => (only ? named(check, only) : !(check.isSlow && preset === 'quick')) && !named(check, skip));
  if (chosen.length > 0) return chosen;
  throw new GibbonError('E_USAGE', 'no check is left to run', {
    hint: 'Leave fewer out: see --only and --skip, and `checks` in the configuration.',
  });
}

function assertKnown(all: readonly Check[], names: readonly string[]): void {
  const known = new Set(all.flatMap(({ id, category }): string[] => [id, category]));
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new GibbonError('E_USAGE', `there is no check or category ${unknown}`, { hint: `There are ${[...known].join(', ')}.` });
}

export interface Ended {
  readonly result: CheckResult;
  /** What it threw, if it did. */
  readonly error: GibbonError | undefined;
  readonly certificates?: Certificates | undefined;
  readonly broken?: Broken | undefined;
}

/** The parameters that a check runs with, defaults included. @throws GibbonError E_USAGE naming the parameter */
export function paramsOf({ id, params: schema }: Check, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const unknown = Object.keys(given).find((name) => !(name in schema.shape));
  const parsed = schema.safeParse(given);
  if (unknown === undefined && parsed.success) return parsed.data;
  const [issue] = parsed.error?.issues ?? [];
  const what =
    unknown === undefined ? `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}` : `there is no parameter ${unknown}`;
  throw new GibbonError('E_USAGE', `check ${id}: ${what}`, {
    hint: `Its parameters: ${Object.keys(schema.shape).join(', ') || 'none'} (docs/checks/${id}.md).`,
  });
}

/** @throws GibbonError E_USAGE for parameters of checks that do not exist or are not valid: before the work, not after it */
export function assertParams(all: readonly Check[], { checks }: Pick<AuditOptions, 'checks'>): void {
  const given = Object.entries(checks?.params ?? {});
  for (const [id, params] of given) {
    const check = all.find((one) => one.id === id);
    if (!check) throw new GibbonError('E_USAGE', `there is no check ${id}`, { hint: `There are ${all.map((one) => one.id).join(', ')}.` });
    paramsOf(check, params);
  }
}

/** Runs one check, unless `forlorn` says why there is no point in it. @throws GibbonError E_ABORTED, E_USAGE */
export async function runCheck(check: Check, context: CheckContext, forlorn?: string): Promise<Ended> {
  const params = paramsOf(check, context.params);
  const ended = (status: Status, reason: string | null, outcome: Outcome = {}): CheckResult => ({
    id: check.id,
    category: check.category,
    model: context.model.name,
    status,
    title: ['fail', 'warn'].includes(status) ? check.failureTitle : check.title,
    why: check.why,
    reason,
    metrics: check.isTimed ? {} : { ...outcome.metrics },
    findings: (outcome.findings ?? []).map((draft) => worded(draft, { check, outcome, threat: context.options.threat ?? STRONGEST })),
    details: check.isTimed ? [] : [...(outcome.details ?? [])],
    ...(check.isTimed && { timings: { metrics: { ...outcome.metrics }, details: [...(outcome.details ?? [])] } }),
    tags: [...check.tags],
    params,
  });
  const reason = inapplicable(check, context);
  if (reason !== undefined) return { result: ended('not-applicable', reason), error: undefined };
  if (forlorn !== undefined) return { result: ended('error', forlorn), error: undefined };
  try {
    const outcome = await check.run(context);
    if (outcome.notApplicable !== undefined) return { result: ended('not-applicable', outcome.notApplicable), error: undefined };
    const result = ended(outcome.undecided === undefined ? statusOf(outcome) : 'undecided', outcome.undecided ?? null, outcome);
    return { result, error: undefined, certificates: outcome.certificates, broken: outcome.broken };
  } catch (thrown) {
    const error = toGibbonError(thrown);
    if (error.code === 'E_ABORTED') throw error;
    if (error.code === 'E_BUDGET') return { result: ended('undecided', error.message), error: undefined };
    if (error.code === 'E_NOT_APPLICABLE') return { result: ended('not-applicable', error.message), error: undefined };
    return { result: ended('error', `${error.message} [${error.code}]`), error };
  }
}

interface Wording {
  readonly check: Check;
  readonly outcome: Outcome;
  readonly threat: ThreatModel;
}

function worded(draft: FindingDraft, { check, outcome: { metrics = {} }, threat }: Wording): Finding {
  const { title, text, meaning, category = check.category, severity } = draft;
  return {
    ...draft,
    category,
    title: filled(title, metrics),
    text: filled(text, metrics),
    meaning: meaning === undefined ? meaningOf(check, { category, severity }, threat) : filled(meaning, metrics),
    check: check.id,
    tags: [...check.tags],
  };
}

/** The worst of its findings decides. */
function statusOf({ findings = [] }: Outcome): Status {
  const has = (...severities: Finding['severity'][]): boolean => findings.some(({ severity }) => severities.includes(severity));
  return has('critical', 'high') ? 'fail' : has('medium', 'low') ? 'warn' : 'pass';
}
