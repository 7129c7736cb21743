/** A share in the JSON result. */
import * as z from 'zod';

/** A proportion with its sample size and two-sided 95 % Clopper–Pearson interval, all in [0, 1]. */
export const proportion = z.object({
  value: z.number(),
  count: z.int(),
  n: z.int(),
  low: z.number(),
  high: z.number(),
});
