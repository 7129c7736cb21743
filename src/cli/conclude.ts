/** The exit code of a run that came to its end, after everything is written. */
import type { AuditResult } from '../audit/result.ts';
import { GibbonError } from '../base/errors.ts';

/** 1 where a gate failed, else 0. @throws GibbonError E_NOT_APPLICABLE (exit code 3) where no check could run */
export function exitCodeOf({ checks, gates = [] }: Pick<AuditResult, 'checks' | 'gates'>): 0 | 1 {
  if (gates.some(({ counts }) => counts === 'fail')) return 1;
  if (checks.length > 0 && checks.every(({ status }) => status === 'not-applicable')) {
    throw new GibbonError('E_NOT_APPLICABLE', 'no check could run', {
      hint: [...new Set(checks.map(({ reason }) => reason ?? ''))].join('\n'),
    });
  }
  return 0;
}
