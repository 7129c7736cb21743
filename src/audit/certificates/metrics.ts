/** Certificates as figures. */
import { figure, type Metric, share } from '../metric.ts';
import { type Certificates, isOfTrees } from './result.ts';

export function certificateMetrics({ certified, attacked, undecided, radius, samples }: Certificates): Record<string, Metric> {
  const method = isOfTrees({ samples }) ? 'exact search over the leaves, within the budget' : 'search by halves, to 2 %';
  const length = (value: number, label: string): Metric =>
    figure(value, { label, better: 'higher', unit: 'epsilon', method, n: radius?.n ?? 0 });
  return {
    certifiedAccuracy: share(certified, { label: 'Certified accuracy', better: 'higher' }),
    attackedShare: share(attacked, { label: 'Broken by an attack', better: 'lower' }),
    undecidedShare: share(undecided, { label: 'Neither proved nor broken', better: 'lower' }),
    ...(radius && {
      leastRadius: length(radius.certified.least, 'Least certified radius'),
      medianRadius: length(radius.certified.median, 'Median certified radius'),
      meanRadius: length(radius.certified.mean, 'Mean certified radius'),
    }),
  };
}
