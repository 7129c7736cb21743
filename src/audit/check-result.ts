/** What a check leaves behind in the result, whatever came of it: no check is dropped. */
import * as z from 'zod';
import { detail } from './details.ts';
import { CATEGORIES, finding } from './finding.ts';
import { metric } from './metric.ts';

/** `not-applicable`: it could not run, `reason` says why; `undecided`: it ran and cannot tell; `error`: it threw or its worker died. */
export const STATUSES = ['pass', 'fail', 'warn', 'undecided', 'not-applicable', 'error'] as const;

export const checkResult = z.object({
  id: z.string(),
  category: z.enum(CATEGORIES),
  /** Name of the model that it speaks of. */
  model: z.string(),
  status: z.enum(STATUSES),
  /** Its title as it came out: one sentence for passed, another for failed. */
  title: z.string(),
  /** Why it matters. */
  why: z.string(),
  /** Why it did not run, could not decide or failed; null where it passed or has findings. */
  reason: z.string().nullable(),
  /** By name, e.g. `robustAccuracy`: gates name them `evasion.robustAccuracy`. */
  metrics: z.record(z.string(), metric),
  findings: z.array(finding),
  details: z.array(detail),
  /** Figures that this machine measured just now (latency, memory): they differ between two runs, everything else here does not. */
  timings: z.object({ metrics: z.record(z.string(), metric), details: z.array(detail) }).optional(),
  tags: z.array(z.string()),
  /** Every parameter it ran with, defaults included. */
  params: z.record(z.string(), z.unknown()),
});

export type CheckResult = z.infer<typeof checkResult>;
export type Status = CheckResult['status'];

/** All figures of a check, those that were timed included. */
export function allMetrics({ metrics, timings }: Pick<CheckResult, 'metrics' | 'timings'>): CheckResult['metrics'] {
  return { ...metrics, ...timings?.metrics };
}
