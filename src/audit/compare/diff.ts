/** Two results side by side: what changed, and what of it the samples show. */
import { allMetrics } from '../check-result.ts';
import type { Category } from '../finding.ts';
import type { AuditResult, CheckResult, ModelResult, SampleResult } from '../result.ts';
import { ACCURACIES, type Accuracy, type AccuracyChange, accuracyChange } from './accuracy.ts';
import { against, againstCheck, incomparable, type Side } from './comparable.ts';
import { diffFindings, type FindingChange } from './diff-findings.ts';
import { type FigureChange, figureChange } from './figure-change.ts';
import { checksOf, matchModels } from './match-models.ts';

interface RunSide {
  readonly startedAt: string;
  readonly command: string;
  readonly gibbon: string;
  readonly preset: string;
  readonly seed: number;
}

interface ModelSide {
  readonly name: string;
  readonly sha256: string;
  readonly verdict: ModelResult['summary']['verdict'];
  readonly headline: string;
}

export interface CheckChange {
  readonly id: string;
  readonly category: Category;
  /** null where it was not part of that run. */
  readonly before: CheckResult['status'] | null;
  readonly after: CheckResult['status'] | null;
  /** Why the two cannot be set against each other; null where nothing stands against it. */
  readonly against: string | null;
  readonly title: string;
}

/** An example that one run got right and the other wrong. */
export interface Flip {
  readonly index: number;
  readonly id: string;
  readonly label: number;
}

export interface Flips {
  readonly accuracy: Accuracy;
  /** Examples that both runs hold. */
  readonly n: number;
  readonly worse: readonly Flip[];
  readonly better: readonly Flip[];
}

export interface ModelDiff {
  /** null where that run has no such model. */
  readonly before: ModelSide | null;
  readonly after: ModelSide | null;
  /** What stands against comparing the two. */
  readonly notes: readonly string[];
  readonly figures: readonly FigureChange[];
  readonly checks: readonly CheckChange[];
  readonly findings: readonly FindingChange[];
  readonly flips: readonly Flips[];
}

export interface ResultDiff {
  readonly schemaVersion: '1.0';
  readonly before: RunSide;
  readonly after: RunSide;
  readonly models: readonly ModelDiff[];
}

export function diffResults(before: AuditResult, after: AuditResult): ResultDiff {
  return {
    schemaVersion: '1.0',
    before: runSide(before),
    after: runSide(after),
    models: matchModels(before.models, after.models).map((pair) => modelDiff([before, pair.before], [after, pair.after])),
  };
}

function runSide({ run, gibbon }: AuditResult): RunSide {
  return { startedAt: run.startedAt, command: run.command, gibbon: gibbon.version, preset: run.preset, seed: run.seed };
}

function modelSide(model: ModelResult | undefined): ModelSide | null {
  if (!model) return null;
  return { name: model.name, sha256: model.sha256, verdict: model.summary.verdict, headline: model.summary.headline };
}

type Sided = readonly [run: AuditResult, model: ModelResult | undefined];

function modelDiff([beforeRun, was]: Sided, [afterRun, is]: Sided): ModelDiff {
  const sides = { before: modelSide(was), after: modelSide(is) };
  if (!was || !is) return { ...sides, notes: [], figures: [], checks: [], findings: [], flips: [] };
  const [wasChecks, isChecks] = [checksOf(beforeRun, was), checksOf(afterRun, is)];
  const [before, after]: [Side, Side] = [
    { run: beforeRun.run, model: was, checks: wasChecks },
    { run: afterRun.run, model: is, checks: isChecks },
  ];
  const attacked = incomparable(before, after);
  const changes = new Map(ACCURACIES.map((accuracy) => [accuracy, accuracyChange(was, is, accuracy)] as const));
  const unpaired = [...changes.values()].find((change) => change?.unpaired !== undefined)?.unpaired;
  return {
    ...sides,
    notes: [
      ...(attacked === undefined ? [] : [`The robust figures are not comparable: ${attacked}.`]),
      ...(unpaired === undefined ? [] : [`The runs are compared as two samples, since ${unpaired}.`]),
    ],
    figures: isChecks.flatMap((check) => figuresOf(check.id, [before, after], changes)),
    checks: checkChanges(before, after),
    findings: diffFindings(wasChecks, isChecks, (check) => againstCheck(check, before, after) !== undefined),
    flips: [...changes].flatMap(([accuracy, change]): Flips[] =>
      change && change.unpaired === undefined && against({ check: 'evasion', figure: accuracy }, before, after) === undefined
        ? [{ accuracy, n: change.n, worse: change.worse.map(flip), better: change.better.map(flip) }]
        : [],
    ),
  };
}

const flip = ({ index, id, label }: SampleResult): Flip => ({ index, id, label });

function figuresOf(
  id: string,
  [before, after]: readonly [Side, Side],
  changes: ReadonlyMap<Accuracy, AccuracyChange | undefined>,
): FigureChange[] {
  const [was, is] = [before, after].map(({ checks }) => metricsOf(checks, id)) as [CheckResult['metrics'], CheckResult['metrics']];
  return Object.entries(is).flatMap(([name, metric]) => {
    const old = Object.hasOwn(was, name) ? was[name] : undefined;
    if (!old) return [];
    const accuracy = id === 'evasion' ? ACCURACIES.find((one) => one === name) : undefined;
    const pair = { check: id, name, was: old, is: metric, against: against({ check: id, figure: name }, before, after) };
    return [figureChange(pair, accuracy && changes.get(accuracy))];
  });
}

function metricsOf(checks: readonly CheckResult[], id: string): CheckResult['metrics'] {
  const check = checks.find((one) => one.id === id);
  return check ? allMetrics(check) : {};
}

/** In the order of the later run; checks that are gone come last. */
function checkChanges(before: Side, after: Side): CheckChange[] {
  const status = ({ checks }: Side, id: string): CheckChange['before'] => checks.find((check) => check.id === id)?.status ?? null;
  const gone = before.checks.filter(({ id }) => !after.checks.some((check) => check.id === id));
  return [...after.checks, ...gone].map(({ id, category, title }) => ({
    id,
    category,
    before: status(before, id),
    after: status(after, id),
    against: againstCheck(id, before, after) ?? null,
    title,
  }));
}
