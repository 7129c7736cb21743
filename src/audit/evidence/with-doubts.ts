/** A verdict is worth what its evidence is worth: where a check of the evidence failed, nobody is told that the model withstands. */
import type { CheckResult } from '../check-result.ts';
import type { ModelResult } from '../result.ts';
import { headlineOf } from '../verdict.ts';

interface Told {
  readonly result: ModelResult;
  readonly checks: readonly CheckResult[];
}

/** A model that breaks is broken whatever else was missed; one that seems to hold, wholly or in part, is undecided. */
export function withDoubts(result: ModelResult, checks: readonly CheckResult[]): Told {
  const { summary, threat } = result;
  const isDoubted = checks.some(({ category, status }) => category === 'evidence' && status === 'fail');
  if (!isDoubted || !(summary.verdict === 'robust' || summary.verdict === 'fragile')) return { result, checks };
  const headline = headlineOf({ ...summary, verdict: 'undecided', epsilon: threat.epsilonText, pressure: 'distrusted' });
  return {
    result: { ...result, summary: { ...summary, verdict: 'undecided', headline } },
    checks: checks.map((check) => told(check, headline)),
  };
}

/** What evasion found stands; that it found little does not. */
function told(check: CheckResult, headline: string): CheckResult {
  if (check.id !== 'evasion' || check.status !== 'pass') return check;
  return { ...check, status: 'undecided', reason: headline, findings: check.findings.filter(({ severity }) => severity !== 'pass') };
}
