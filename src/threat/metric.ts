/** How the size of a change is measured: numbers by a norm of the difference, text by the number of character edits. */
import type { Norm } from './ball.ts';

export type Metric = Norm | 'edits';

export const isNorm = (metric: Metric): metric is Norm => metric !== 'edits';

/** Distances of one candidate; text has `edits`, and then the norms hold the same number. */
export interface Measured extends Readonly<Record<Norm, number>> {
  readonly edits?: number | undefined;
}

export function distanceIn(distances: Measured, metric: Metric): number {
  return isNorm(metric) ? distances[metric] : (distances.edits ?? Number.POSITIVE_INFINITY);
}
