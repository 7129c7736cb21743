/** Bounds of functions that grow in steps: their values at both ends, whatever the slope between. */
import { ends } from './intervals.ts';
import type { Interval, Relaxation, RelaxContext } from './rule.ts';

export function steps(context: RelaxContext): Relaxation {
  const { lower, upper } = ends(context)[0] as Interval;
  return { lower: { slopes: [undefined], intercept: lower }, upper: { slopes: [undefined], intercept: upper } };
}
