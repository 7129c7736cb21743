/** A verdict is worth what its evidence is worth: where a check of the evidence failed, nobody is told that the model withstands; and what broke more than the attacks is named. */
import type { CheckResult } from '../check-result.ts';
import type { ModelResult } from '../result.ts';
import { headlineOf } from '../verdict.ts';
import { valueText } from '../words.ts';

interface Told {
  readonly result: ModelResult;
  readonly checks: readonly CheckResult[];
}

/** A model that breaks is broken whatever else was missed; one that seems to hold, wholly or in part, is undecided where the evidence fails. */
export function withDoubts(result: ModelResult, checks: readonly CheckResult[]): Told {
  const { summary, threat } = result;
  if (summary.verdict === 'broken') return { result, checks };
  const isDoubted = checks.some(({ category, status }) => category === 'evidence' && status === 'fail');
  const verdict = isDoubted ? 'undecided' : summary.verdict;
  const words =
    verdict === summary.verdict
      ? summary.headline
      : headlineOf({ ...summary, verdict, epsilon: threat.epsilonText, pressure: 'distrusted' });
  const elsewhere = [...byOtherModels(checks, summary.robustAccuracy.value), ...(isDoubted ? byScores(checks) : [])];
  const headline = [words, ...elsewhere].join(' ');
  if (headline === summary.headline) return { result, checks };
  return {
    result: { ...result, summary: { ...summary, verdict, headline } },
    checks: verdict === 'undecided' ? checks.map((check) => told(check, headline)) : checks,
  };
}

/** Whoever knows the model can do what somebody who does not has done. */
function byOtherModels(checks: readonly CheckResult[], robust: number): string[] {
  const left = checks.find(({ id }) => id === 'transfer')?.metrics.robustAccuracy;
  if (!left || left.value === null || left.value >= robust) return [];
  return [`Inputs made on other models leave ${valueText(left.value, left)} of ${left.n} examples.`];
}

/** Its hits count as broken; what it says of the examples that were not tried again does not. */
function byScores(checks: readonly CheckResult[]): string[] {
  const broke = checks.find(({ id }) => id === 'gradient-masking')?.metrics.beatenByScores;
  if (!broke?.value) return [];
  return [
    `An attack that sees scores only broke ${valueText(broke.value, broke)} of the ${broke.n} that stood and were tried again; harder gradient attacks did not.`,
  ];
}

/** What evasion found stands; that it found little does not. */
function told(check: CheckResult, headline: string): CheckResult {
  if (check.id !== 'evasion' || !(check.status === 'pass' || check.status === 'undecided')) return check;
  return { ...check, status: 'undecided', reason: headline, findings: check.findings.filter(({ severity }) => severity !== 'pass') };
}
