/** A gate on findings: none of a check, of a category, or at all may be worse than allowed. */
import type { CheckResult } from '../check-result.ts';
import type { Finding } from '../finding.ts';
import { type GateVerdict, unmeasured } from './figure-gate.ts';
import type { ALLOWED_SEVERITIES } from './gate-rules.ts';
import type { GateTarget } from './gate-target.ts';

const MILDEST_FIRST = ['pass', 'info', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Finding['severity'][];

const rank = (severity: Finding['severity']): number => MILDEST_FIRST.indexOf(severity);

type FindingTarget = Exclude<GateTarget, { kind: 'figure' }>;

export function severityGate(
  checks: readonly CheckResult[],
  target: FindingTarget,
  allowed: (typeof ALLOWED_SEVERITIES)[number],
): GateVerdict {
  const asked = { kind: 'maxSeverity', limit: null, severity: allowed } as const;
  const { own, findings, what } = seen(checks, target);
  const worse = findings.filter(({ severity }) => rank(severity) > rank(allowed)).sort((a, b) => rank(b.severity) - rank(a.severity));
  const verdict = { ...asked, figure: null, nNeeded: null, comparison: null };
  const [worst] = worse;
  if (worst) {
    const rest = worse.length > 1 ? ` and ${worse.length - 1} more` : '';
    const text = `${what}: no finding worse than ${allowed} is allowed; there is “${worst.title}” (${worst.severity})${rest}.`;
    return { ...verdict, outcome: 'fail', text };
  }
  const ran = own.filter(({ status }) => status !== 'not-applicable');
  if (ran.length === 0)
    return unmeasured(
      asked,
      `${what}: ${own.length === 0 ? 'no check of it was part of this run' : `no check could run (${own[0]?.reason})`}.`,
    );
  const open = ran.filter(({ status }) => status === 'undecided' || status === 'error');
  if (open.length > 0) {
    const which = open.map(({ id, status }) => `${id} (${status})`).join(', ');
    return unmeasured(asked, `${what}: no finding worse than ${allowed}, but not everything came to an end: ${which}.`);
  }
  return {
    ...verdict,
    outcome: 'pass',
    text: `${what}: no finding worse than ${allowed} in ${ran.length} ${ran.length === 1 ? 'check' : 'checks'}.`,
  };
}

/** A finding may belong to another category than its check: both have a say. */
function seen(checks: readonly CheckResult[], target: FindingTarget): { own: CheckResult[]; findings: Finding[]; what: string } {
  if (target.kind === 'check') {
    const own = checks.filter(({ id }) => id === target.check);
    return { own, findings: own.flatMap(({ findings }) => findings), what: `Check ${target.check}` };
  }
  const all = checks.flatMap(({ findings }) => findings);
  if (target.kind === 'findings') return { own: [...checks], findings: all, what: 'All checks' };
  return {
    own: checks.filter(({ category }) => category === target.category),
    findings: all.filter(({ category }) => category === target.category),
    what: `Category ${target.category}`,
  };
}
