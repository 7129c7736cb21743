/** Equalized odds: the larger of the gaps in true and in false positive rates (Hardt et al., arXiv:1610.02413; Fairlearn's difference). */
import type { Metric } from '../metric.ts';

/** From the two gaps' metrics, by attribute; both intervals hold at once, so the larger ends do, too. */
export function equalizedOdds(metrics: Readonly<Record<string, Metric>>): Record<string, Metric> {
  const names = Object.keys(metrics).filter((name) => name.startsWith('equalOpportunityDifference'));
  return Object.fromEntries(
    names.flatMap((name): [string, Metric][] => {
      const suffix = name.slice('equalOpportunityDifference'.length);
      const both = [metrics[name], metrics[`falsePositiveRateDifference${suffix}`]].filter(
        (one) => one !== undefined && one.value !== null,
      ) as Metric[];
      const [first] = both;
      if (!first || both.length < 2) return [];
      const most = (of: (one: Metric) => number | null): number | null => {
        const values = both.map(of);
        return values.includes(null) ? null : Math.max(...(values as number[]));
      };
      const label = first.label.replace('Equal opportunity', 'Equalized odds');
      return [
        [
          `equalizedOddsDifference${suffix}`,
          { ...first, label, value: most(({ value }) => value), low: most(({ low }) => low), high: most(({ high }) => high) },
        ],
      ];
    }),
  );
}
