/** Two results side by side: what changed, and what of it the samples show. */
import { allMetrics } from '../check-result.ts';
import type { Category } from '../finding.ts';
import type { AuditResult, CheckResult, ModelResult, SampleResult } from '../result.ts';
import { ACCURACIES, type Accuracy, accuracyChange } from './accuracy.ts';
import { incomparable, isUnderAttack } from './comparable.ts';
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
  const against = incomparable({ run: beforeRun.run, model: was }, { run: afterRun.run, model: is });
  const changes = new Map(ACCURACIES.map((accuracy) => [accuracy, accuracyChange(was, is, accuracy)] as const));
  const unpaired = [...changes.values()].find((change) => change?.unpaired !== undefined)?.unpaired;
  return {
    ...sides,
    notes: [
      ...(against === undefined ? [] : [`The robust figures are not comparable: ${against}.`]),
      ...(unpaired === undefined ? [] : [`The runs are compared as two samples, since ${unpaired}.`]),
    ],
    figures: isChecks.flatMap((check) => {
      const old = wasChecks.find(({ id }) => id === check.id);
      return old ? figuresOf(old, check, { changes, against }) : [];
    }),
    checks: checkChanges(wasChecks, isChecks),
    findings: diffFindings(wasChecks, isChecks),
    flips: [...changes].flatMap(([accuracy, change]): Flips[] =>
      change && change.unpaired === undefined && (against === undefined || !isUnderAttack('evasion', accuracy))
        ? [{ accuracy, n: change.n, worse: change.worse.map(flip), better: change.better.map(flip) }]
        : [],
    ),
  };
}

const flip = ({ index, id, label }: SampleResult): Flip => ({ index, id, label });

function figuresOf(
  old: CheckResult,
  check: CheckResult,
  {
    changes,
    against,
  }: { readonly changes: ReadonlyMap<Accuracy, ReturnType<typeof accuracyChange>>; readonly against: string | undefined },
): FigureChange[] {
  const was = allMetrics(old);
  return Object.entries(allMetrics(check)).flatMap(([name, is]) => {
    const before = Object.hasOwn(was, name) ? was[name] : undefined;
    if (!before) return [];
    const accuracy = check.id === 'evasion' ? ACCURACIES.find((one) => one === name) : undefined;
    const pair = { check: check.id, name, was: before, is, against: isUnderAttack(check.id, name) ? against : undefined };
    return [figureChange(pair, accuracy && changes.get(accuracy))];
  });
}

/** In the order of the later run; checks that are gone come last. */
function checkChanges(before: readonly CheckResult[], after: readonly CheckResult[]): CheckChange[] {
  const gone = before.filter(({ id }) => !after.some((check) => check.id === id));
  return [
    ...after.map(({ id, category, status, title }) => ({
      id,
      category,
      before: before.find((check) => check.id === id)?.status ?? null,
      after: status,
      title,
    })),
    ...gone.map(({ id, category, status, title }) => ({ id, category, before: status, after: null, title })),
  ];
}
