/** Why the robust accuracies of two runs cannot be set against each other: a weaker attacker would make a model look better. */
import type { AuditResult, ModelResult } from '../result.ts';

interface Side {
  readonly run: AuditResult['run'];
  readonly model: ModelResult;
}

/** Most knowing first. */
const KNOWLEDGE = ['gradients', 'scores', 'labels', 'nothing'] as const;

/** Checks whose figures depend on what was attacked, and how. */
const UNDER_ATTACK: ReadonlySet<string> = new Set(['evasion', 'noise-baseline', 'transfer', 'group-robustness']);

/** Does the figure depend on the attacker? Clean accuracy and plain counts do not. */
export function isUnderAttack(check: string, figure: string): boolean {
  return UNDER_ATTACK.has(check) && figure !== 'cleanAccuracy';
}

/** Undefined where nothing stands against it. */
export function incomparable(before: Side, after: Side): string | undefined {
  const [was, is] = [before.model.threat, after.model.threat];
  if (was.norm !== is.norm || Math.abs(was.epsilon - is.epsilon) > 1e-9 * Math.max(was.epsilon, is.epsilon))
    return `the baseline was attacked with epsilon ${was.epsilonText} (${was.norm}), this run with ${is.epsilonText} (${is.norm})`;
  if (before.run.preset !== after.run.preset) return `the baseline ran the preset ${before.run.preset}, this run ${after.run.preset}`;
  if (KNOWLEDGE.indexOf(is.knowledge) > KNOWLEDGE.indexOf(was.knowledge))
    return `the baseline's attacks knew the model's ${was.knowledge}, those of this run ${is.knowledge} only`;
  if (targetOf(was) !== targetOf(is)) return `the baseline's attacker wanted ${was.goal}, that of this run ${is.goal}`;
  return weaker(before.model, after.model);
}

/** What of the attacks of the baseline this run's did not do. */
function weaker(before: ModelResult, after: ModelResult): string | undefined {
  const [most, left] = [before, after].map(({ threat }) => threat.model?.capability.queries ?? Number.POSITIVE_INFINITY) as [
    number,
    number,
  ];
  if (left < most) return `this run's attacker may ask ${left} questions per example, that of the baseline ${told(most)}`;
  const held = fixedColumns(after).filter((column) => !fixedColumns(before).includes(column));
  if (held.length > 0) return `in the baseline the attacker could change ${held.join(', ')}, in this run not`;
  const missing = before.attacks.filter(({ id }) => !after.attacks.some((one) => one.id === id)).map(({ name }) => name);
  if (missing.length > 0) return `this run has no figures of ${[...new Set(missing)].join(', ')}, which the baseline ran`;
  // An attack that died, or a budget that ended it, must not pass for a model that withstood.
  if (isCut(after) && !isCut(before)) return "a part of this run's attacks failed, or a budget ended them early";
  return undefined;
}

const told = (queries: number): string => (Number.isFinite(queries) ? String(queries) : 'as many as its preset');

/** The class that the attacker wants, if it is a certain one. */
function targetOf({ goal, model }: ModelResult['threat']): string {
  if (model) return JSON.stringify(model.goal.target);
  return goal === 'any wrong decision' ? 'null' : goal;
}

const fixedColumns = ({ threat }: ModelResult): string[] =>
  (threat.columns ?? []).filter(({ movable }) => !movable).map(({ column }) => column);

const isCut = ({ findings }: ModelResult): boolean => findings.some(({ id }) => id === 'incomplete' || id === 'budget-spent');
