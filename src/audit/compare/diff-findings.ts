/** What became of findings between two runs. One that is gone because nobody looked, or looked as hard, is not fixed. */
import type { CheckResult, Finding } from '../result.ts';

export type FindingFate = 'new' | 'first-seen' | 'fixed' | 'unseen' | 'worse' | 'milder' | 'kept' | 'incomparable';

export interface FindingChange {
  readonly fate: FindingFate;
  readonly check: string;
  readonly id: string;
  readonly title: string;
  readonly before: Finding['severity'] | null;
  readonly after: Finding['severity'] | null;
}

const MILDEST_FIRST: readonly Finding['severity'][] = ['pass', 'info', 'low', 'medium', 'high', 'critical'];
const rank = (severity: Finding['severity']): number => MILDEST_FIRST.indexOf(severity);

interface Seen {
  readonly check: CheckResult;
  readonly finding: Finding;
}

/** Of one model; those that merely say that something passed are left out. `isOther` says of a check that its two runs cannot be set against each other. */
export function diffFindings(
  before: readonly CheckResult[],
  after: readonly CheckResult[],
  isOther: (check: string) => boolean,
): FindingChange[] {
  const [was, is] = [open(before), open(after)];
  const came = [...is].map(([key, { check, finding }]): FindingChange => {
    const about = { check: check.id, id: finding.id, title: finding.title, after: finding.severity };
    const old = was.get(key)?.finding;
    if (!old)
      return { ...about, fate: !looked(before, check.id) ? 'first-seen' : isOther(check.id) ? 'incomparable' : 'new', before: null };
    const change = rank(finding.severity) - rank(old.severity);
    if (change === 0) return { ...about, fate: 'kept', before: old.severity };
    return { ...about, fate: isOther(check.id) ? 'incomparable' : change > 0 ? 'worse' : 'milder', before: old.severity };
  });
  const gone = [...was]
    .filter(([key]) => !is.has(key))
    .map(([, { check, finding }]): FindingChange => {
      const fate = !looked(after, check.id) ? 'unseen' : isOther(check.id) ? 'incomparable' : 'fixed';
      return { fate, check: check.id, id: finding.id, title: finding.title, before: finding.severity, after: null };
    });
  return [...came, ...gone];
}

function open(checks: readonly CheckResult[]): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const check of checks)
    for (const finding of check.findings) if (finding.severity !== 'pass') seen.set(`${check.id}\n${finding.id}`, { check, finding });
  return seen;
}

/** Did the check come to an answer? */
function looked(checks: readonly CheckResult[], id: string): boolean {
  const status = checks.find((check) => check.id === id)?.status;
  return status === 'pass' || status === 'warn' || status === 'fail';
}
