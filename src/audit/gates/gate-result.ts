/** What came of a gate, as the result holds it. */
import * as z from 'zod';
import { UNITS } from '../metric.ts';

export const gateResult = z.object({
  /** As it was written, e.g. `evasion.robustAccuracy`, `category.fairness`. */
  name: z.string(),
  /** Name of the model that it speaks of. */
  model: z.string(),
  level: z.enum(['error', 'warn']),
  /** Which limit: of a rule's several limits each has a result of its own. `no-loss` is what a baseline brings without any rule: no loss may be shown. */
  kind: z.enum(['min', 'max', 'maxDrop', 'maxRise', 'maxSeverity', 'no-loss']),
  /** The limit in the figure's unit; for `no-loss` the p-value below which a loss counts as shown; null for `maxSeverity`. */
  limit: z.number().nullable(),
  /** For `maxSeverity` only. */
  severity: z.string().optional(),
  /** `pass`: kept, and the sample shows it; `fail`: not kept; `cannot-tell`: the value keeps it and the sample cannot show it, or nothing was measured. */
  outcome: z.enum(['pass', 'fail', 'cannot-tell']),
  /** What it counts as: one `fail` makes the command end with exit code 1. */
  counts: z.enum(['pass', 'warn', 'fail']),
  /** What was held against the limit; null where there was nothing. A change is after minus before. */
  figure: z
    .object({
      label: z.string(),
      value: z.number().nullable(),
      n: z.int().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      unit: z.enum(UNITS),
    })
    .nullable(),
  /** About how many examples would show it, were the value the same; null where none are needed, or none would do. */
  nNeeded: z.int().nullable(),
  /** What was compared with the baseline, and how. */
  comparison: z
    .object({
      method: z.string(),
      /** Were the same examples compared one by one? */
      paired: z.boolean(),
      before: z.number().nullable(),
      after: z.number().nullable(),
      /** Paired only: examples that got worse, and better. */
      worse: z.int().nullable(),
      better: z.int().nullable(),
      /** One-sided, of "it has not become worse"; null where only intervals were compared. */
      pValue: z.number().nullable(),
    })
    .nullable(),
  /** The same in a sentence or two. */
  text: z.string(),
});

export type GateResult = z.infer<typeof gateResult>;
