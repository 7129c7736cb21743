/** Which checks speak to which entry of a standard: the same data for the page and for the other forms. */
import type { AuditResult, CheckResult } from '../audit/result.ts';
import { citedEntries, type Entry, FRAMEWORKS, type Framework } from './standards.ts';

export interface Covered {
  readonly id: string;
  readonly name: string | null;
  readonly checks: readonly CheckResult[];
}

export interface Coverage {
  readonly framework: Framework;
  readonly covered: readonly Covered[];
  /** Entries that no check of this audit speaks to; only where the framework's list is complete. */
  readonly uncovered: readonly Entry[];
}

/** One entry for each framework that the checks cite. */
export function complianceOf({ checks }: Pick<AuditResult, 'checks'>): Coverage[] {
  const tags = checks.flatMap((check) => check.tags);
  return FRAMEWORKS.flatMap((framework) => {
    const covered = citedEntries(framework, tags).map(({ id, name }) => ({
      id,
      name,
      checks: checks.filter((check) => check.tags.includes(`${framework.prefix}:${id}`)),
    }));
    if (covered.length === 0) return [];
    const uncovered = framework.isComplete ? framework.entries.filter(({ id }) => !covered.some((one) => one.id === id)) : [];
    return [{ framework, covered, uncovered }];
  });
}
