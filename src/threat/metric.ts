/** How the size of a change is measured: numbers by a norm of the difference, or by how many of them differ (L0, which is no norm); text by the number of character edits. */
import { NORMS, type Norm } from './ball.ts';

export const NUMERIC_METRICS = [...NORMS, 'l0'] as const;
export type NumericMetric = (typeof NUMERIC_METRICS)[number];
export type Metric = NumericMetric | 'edits';

export const isNorm = (metric: Metric): metric is Norm => metric !== 'edits' && metric !== 'l0';
export const isNumeric = (metric: Metric): metric is NumericMetric => metric !== 'edits';

/** Distances of one candidate; text has `edits`, and then the norms hold the same number. */
export interface Measured extends Readonly<Record<NumericMetric, number>> {
  readonly edits?: number | undefined;
}

export function distanceIn(distances: Measured, metric: Metric): number {
  return isNumeric(metric) ? distances[metric] : (distances.edits ?? Number.POSITIVE_INFINITY);
}
