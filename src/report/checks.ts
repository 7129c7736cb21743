/** The checks of a run as its reports need them: by model and category, the worst first, each with its key figure. */
import { allMetrics, type Status } from '../audit/check-result.ts';
import type { Category } from '../audit/finding.ts';
import type { Metric } from '../audit/metric.ts';
import type { AuditResult, CheckResult, Finding } from '../audit/result.ts';
import { SEVERITIES } from './severity.ts';
import { STATUS_ORDER, STATUSES } from './statuses.ts';

export const CATEGORY_NAMES: Record<Category, { name: string; asks: string }> = {
  integrity: { name: 'Integrity', asks: 'Can an attacker choose what it answers?' },
  availability: { name: 'Availability', asks: 'Does it keep answering, and answering well?' },
  confidentiality: { name: 'Confidentiality', asks: 'What does it give away?' },
  fairness: { name: 'Fairness', asks: 'Does it treat groups alike?' },
  evidence: { name: 'Evidence', asks: 'Can the figures of this audit be trusted?' },
};

/** The categories in the order of a report. */
export const REPORTED_CATEGORIES: readonly Category[] = ['integrity', 'availability', 'confidentiality', 'fairness', 'evidence'];

/** Those with a gauge; `evidence` speaks of the audit itself and stands beside them. */
export const GAUGED = REPORTED_CATEGORIES.filter((category) => category !== 'evidence');

/**
 * The checks of each model, in the models' order. Models that share a name get their checks in the order in which they ran;
 * a check of a model that is not in the result goes to the first, so that none is lost.
 */
export function checksByModel({ models, checks }: AuditResult): CheckResult[][] {
  const lists: CheckResult[][] = models.map(() => []);
  const seen = new Map<string, number>();
  for (const check of checks) {
    const namesakes = models.flatMap(({ name }, i) => (name === check.model ? [i] : []));
    const key = `${check.model}\n${check.id}`;
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    lists[namesakes[Math.min(before, namesakes.length - 1)] ?? 0]?.push(check);
  }
  return lists;
}

/** Worst first; equal ones by their worst finding, then in the order in which they ran. */
export function worstFirst(checks: readonly CheckResult[]): CheckResult[] {
  const severity = ({ findings }: CheckResult): number => Math.min(9, ...findings.map((one) => SEVERITIES[one.severity].rank));
  return [...checks].sort((a, b) => STATUSES[a.status].rank - STATUSES[b.status].rank || severity(a) - severity(b));
}

/** How many checks had each status, worst first, without those that none had. */
export function statusCounts(checks: readonly CheckResult[]): [status: Status, count: number][] {
  return STATUS_ORDER.flatMap((status): [Status, number][] => {
    const count = checks.filter((check) => check.status === status).length;
    return count > 0 ? [[status, count]] : [];
  });
}

/** The worst status of some checks; those that could not run count only where nothing else did. */
export function worstStatus(checks: readonly CheckResult[]): Status {
  return statusCounts(checks)[0]?.[0] ?? 'not-applicable';
}

/** The figure that decides: the first that is better in one direction and stands beside a baseline, else the first with a direction, else the first. */
export function keyFigure(check: CheckResult): Metric | undefined {
  const known = Object.values(allMetrics(check)).filter(({ value }) => value !== null);
  return (
    known.find(({ better, baseline }) => better !== null && baseline !== null) ?? known.find(({ better }) => better !== null) ?? known[0]
  );
}

/** Findings that ask for something, worst first, of checks that are worst first. */
export function openFindings(checks: readonly CheckResult[]): { check: CheckResult; finding: Finding }[] {
  return worstFirst(checks)
    .flatMap((check) => check.findings.map((finding) => ({ check, finding })))
    .filter(({ finding }) => !['pass', 'info'].includes(finding.severity))
    .sort((a, b) => SEVERITIES[a.finding.severity].rank - SEVERITIES[b.finding.severity].rank);
}

/** What a check is called in a list: its title as it came out, or its name where nothing came out. */
export function checkTitle({ id, status, title }: CheckResult): string {
  if (status === 'pass' || status === 'fail' || status === 'warn') return title;
  const words = id.replaceAll('-', ' ').trim();
  return words === '' ? title : words.charAt(0).toUpperCase() + words.slice(1);
}

/** Why checks did not run, each reason with the checks that share it. */
export function reasons(checks: readonly CheckResult[]): { reason: string; checks: CheckResult[] }[] {
  const groups = new Map<string, CheckResult[]>();
  for (const check of checks) {
    const reason = check.reason ?? 'No reason was recorded.';
    groups.set(reason, [...(groups.get(reason) ?? []), check]);
  }
  return [...groups].map(([reason, members]) => ({ reason, checks: members }));
}
