/** A verdict is worth what its evidence is worth: where a check of the evidence failed, nobody is told that the model withstands. */
import type { CheckResult } from '../check-result.ts';
import type { Metric } from '../metric.ts';
import type { ModelResult } from '../result.ts';
import { headlineOf } from '../verdict.ts';
import { valueText } from '../words.ts';

interface Told {
  readonly result: ModelResult;
  readonly checks: readonly CheckResult[];
}

/** A model that breaks is broken whatever else was missed; one that seems to hold, wholly or in part, is undecided. What broke more without its gradients is named. */
export function withDoubts(result: ModelResult, checks: readonly CheckResult[]): Told {
  const { summary, threat } = result;
  const isDoubted = checks.some(({ category, status }) => category === 'evidence' && status === 'fail');
  if (!isDoubted || summary.verdict === 'broken') return { result, checks };
  const doubt =
    summary.verdict === 'undecided'
      ? summary.headline
      : headlineOf({ ...summary, verdict: 'undecided', epsilon: threat.epsilonText, pressure: 'distrusted' });
  const headline = [doubt, ...foundElsewhere(checks, summary.robustAccuracy.value)].join(' ');
  return {
    result: { ...result, summary: { ...summary, verdict: 'undecided', headline } },
    checks: checks.map((check) => told(check, headline)),
  };
}

/** What needs none of the model's gradients and broke more than the attacks of the plan, as sentences. */
function foundElsewhere(checks: readonly CheckResult[], robust: number): string[] {
  const of = (check: string, name: string): Metric | undefined => checks.find(({ id }) => id === check)?.metrics[name];
  const transfer = of('transfer', 'robustAccuracy');
  const scores = of('gradient-masking', 'beatenByScores');
  return [
    ...(transfer && transfer.value !== null && transfer.value < robust
      ? [`Inputs made on other models leave ${valueText(transfer.value, transfer)} of ${transfer.n} examples.`]
      : []),
    ...(scores?.value
      ? [
          `An attack that sees scores only broke ${valueText(scores.value, scores)} of the ${scores.n} that stood and were tried again; harder gradient attacks did not.`,
        ]
      : []),
  ];
}

/** What evasion found stands; that it found little does not. */
function told(check: CheckResult, headline: string): CheckResult {
  if (check.id !== 'evasion' || !(check.status === 'pass' || check.status === 'undecided')) return check;
  return { ...check, status: 'undecided', reason: headline, findings: check.findings.filter(({ severity }) => severity !== 'pass') };
}
