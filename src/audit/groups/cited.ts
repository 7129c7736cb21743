/** The figures that findings speak of: each group that is named becomes a metric of its own, so that the words hold no numbers. */
import type { Metric } from '../metric.ts';
import type { MeasuredGroups } from './compare.ts';
import { figureMetric, slug } from './metrics.ts';

export interface Cited {
  /** A placeholder for a group's figure with interval and n, or nothing where it has none. */
  (of: MeasuredGroups, group: string, figure: string): string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

export type FigureNames = Readonly<Record<string, { readonly label: string; readonly better: Metric['better'] }>>;

/** `figure@attribute=group` names the metric. */
export function citing(names: FigureNames): Cited {
  const metrics: Record<string, Metric> = {};
  const cite = (of: MeasuredGroups, group: string, figure: string): string => {
    const estimate = of.groups.find(({ name }) => name === group)?.figures[figure];
    if (!estimate) return 'an unknown share';
    const key = `${figure.replace(/\s+/g, '-')}@${slug(of.attribute)}=${slug(group)}`;
    const { label, better } = names[figure] ?? { label: figure, better: null };
    metrics[key] = figureMetric(estimate, `${label}, ${group}`, { better });
    return `{${key}~}`;
  };
  return Object.assign(cite, { metrics });
}
