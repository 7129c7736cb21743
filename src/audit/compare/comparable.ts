/** Why the figures of two runs cannot be set against each other: a weaker attacker would make a model look better. */
import { KNOWLEDGE, type Knowledge, STRONGEST } from '../../threat/threat-model.ts';
import type { CheckResult } from '../check-result.ts';
import type { AuditResult, ModelResult } from '../result.ts';
import { triedLess } from './tried-less.ts';

interface Attacked {
  readonly run: AuditResult['run'];
  readonly model: ModelResult;
}

export interface Side extends Attacked {
  readonly checks: readonly CheckResult[];
}

interface Figure {
  readonly check: string;
  readonly figure: string;
}

/** Checks whose figures depend on what was attacked, and how; and those of their figures that do not (nor does clean accuracy). */
const UNDER_ATTACK: Readonly<Record<string, readonly string[]>> = {
  evasion: [],
  'noise-baseline': [],
  'certified-robustness': [],
  transfer: ['surrogateAccuracy'],
  'forced-rejection': ['refusedAnyway'],
  'group-robustness': [],
  'gradient-masking': [],
  'evaluation-checklist': [],
};
/** The figures of a check that otherwise asks about ordinary inputs. */
const ALSO_UNDER_ATTACK: Readonly<Record<string, readonly string[]>> = {
  calibration: ['adversarialConfidence', 'surer', 'detectorAuc', 'determinedConfidence', 'determinedSurer', 'determinedDetectorAuc'],
};
/** Checks whose attacker only asks, and works with what the answers show. */
const ASKING: ReadonlySet<string> = new Set(['membership', 'output-exposure']);
/** Checks that try more, and harsher, things in a more thorough preset. */
const BY_PRESET: ReadonlySet<string> = new Set(['corruptions', 'sensor-pollution']);
/** Parameters that say how many examples, or where they lie: they widen an interval, or do not matter. */
const NOT_HARDER: ReadonlySet<string> = new Set(['n', 'examples', 'data', 'labels']);

/** Why this figure of two runs cannot be compared. Undefined where nothing stands against it. */
export function against({ check, figure }: Figure, before: Side, after: Side): string | undefined {
  if (figure === 'cleanAccuracy') return undefined;
  const own = otherParams(check, before, after);
  if (own !== undefined) return own;
  if (isUnderAttack({ check, figure })) return incomparable(before, after);
  if (ASKING.has(check)) return seesLess(before, after);
  return BY_PRESET.has(check) ? otherPreset(before, after) : undefined;
}

/** Does the figure depend on the attacker? */
function isUnderAttack({ check, figure }: Figure): boolean {
  const without = UNDER_ATTACK[check];
  return without ? !without.includes(figure) : ALSO_UNDER_ATTACK[check]?.includes(figure) === true;
}

/** The same of the status and the findings of a check. */
export function againstCheck(check: string, before: Side, after: Side): string | undefined {
  return against({ check, figure: '' }, before, after);
}

/** Why figures under attack cannot be compared: this run's attacker was another one, or tried less. */
export function incomparable(before: Attacked, after: Attacked): string | undefined {
  const [was, is] = [before.model.threat, after.model.threat];
  if (was.norm !== is.norm || Math.abs(was.epsilon - is.epsilon) > 1e-9 * Math.max(was.epsilon, is.epsilon))
    return `the baseline was attacked with epsilon ${was.epsilonText} (${was.norm}), this run with ${is.epsilonText} (${is.norm})`;
  const preset = otherPreset(before, after);
  if (preset !== undefined) return preset;
  if (isLess(is.knowledge, was.knowledge))
    return `the baseline's attacks knew the model's ${was.knowledge}, those of this run ${is.knowledge} only`;
  if (targetOf(was) !== targetOf(is)) return `the baseline's attacker wanted ${was.goal}, that of this run ${is.goal}`;
  return canDoLess(before.model, after.model) ?? triedLess(before.model, after.model);
}

function otherPreset({ run: was }: Attacked, { run: is }: Attacked): string | undefined {
  return was.preset === is.preset ? undefined : `the baseline ran the preset ${was.preset}, this run ${is.preset}`;
}

function otherParams(id: string, before: Side, after: Side): string | undefined {
  const [was, is] = [before, after].map(({ checks }) => checks.find((one) => one.id === id)?.params);
  // A parameter that the other version of Gibbon does not have had no other value there.
  const name = Object.keys(was ?? {}).find(
    (one) => is && one in is && !NOT_HARDER.has(one) && JSON.stringify(was?.[one]) !== JSON.stringify(is[one]),
  );
  return (
    name && `the check ran in the baseline with ${name} ${JSON.stringify(was?.[name])}, in this run with ${JSON.stringify(is?.[name])}`
  );
}

const isLess = (is: Knowledge, was: Knowledge): boolean => KNOWLEDGE.indexOf(is) > KNOWLEDGE.indexOf(was);

function seesLess(before: Attacked, after: Attacked): string | undefined {
  const [was, is] = [before, after].map(({ model }) => (model.threat.model ?? STRONGEST).knowledge.model) as [Knowledge, Knowledge];
  return isLess(is, was) ? `the baseline's attacker saw ${was}, that of this run ${is}` : undefined;
}

/** What the baseline's attacker was allowed that this run's is not. */
function canDoLess(before: ModelResult, after: ModelResult): string | undefined {
  const [most, left] = [before, after].map(({ threat }) => threat.model?.capability.queries ?? Number.POSITIVE_INFINITY) as [
    number,
    number,
  ];
  if (left < most) return `this run's attacker may ask ${left} questions per example, that of the baseline ${told(most)}`;
  const already = fixedColumns(before);
  const held = fixedColumns(after).filter((column) => !already.includes(column));
  return held.length > 0 ? `in the baseline the attacker could change ${held.join(', ')}, in this run not` : undefined;
}

const told = (queries: number): string => (Number.isFinite(queries) ? String(queries) : 'as many as its preset');

/** The class that the attacker wants, if it is a certain one. */
function targetOf({ goal, model }: ModelResult['threat']): string {
  if (model) return JSON.stringify(model.goal.target);
  return goal === 'any wrong decision' ? 'null' : goal;
}

const fixedColumns = ({ threat }: ModelResult): string[] =>
  (threat.columns ?? []).filter(({ movable }) => !movable).map(({ column }) => column);
