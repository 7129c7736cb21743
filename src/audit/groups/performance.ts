/** Puts the figures of group-performance together: what is compared, the metrics, and the tables. */
import { GibbonError } from '../../base/errors.ts';
import type { Estimate } from '../../fairness/estimate.ts';
import type { Detail } from '../details.ts';
import type { Metric } from '../metric.ts';
import type { FigureNames } from './cited.ts';
import { type Compared, type Comparison, type MeasuredGroups, worstOf } from './compare.ts';
import { type Measuring, recallOf } from './measure.ts';
import { type Against, type Column, figureTable, gapTable, groupTable, referenceTable, worstFirst } from './tables.ts';

export const NAMES: FigureNames = {
  accuracy: { label: 'Accuracy', better: 'higher' },
  selectionRate: { label: 'Selection rate', better: null },
  truePositiveRate: { label: 'True positive rate', better: 'higher' },
  falsePositiveRate: { label: 'False positive rate', better: 'lower' },
  falseNegativeRate: { label: 'False negative rate', better: 'lower' },
  positivePredictiveValue: { label: 'Precision', better: 'higher' },
  baseRate: { label: 'Base rate', better: null },
  calibration: { label: 'Calibration gap', better: null },
};

const AGAINST: readonly Against[] = [
  { figure: 'accuracy', name: 'Accuracy', compare: 'difference' },
  { figure: 'selectionRate', name: 'Statistical parity', compare: 'difference' },
  { figure: 'selectionRate', name: 'Disparate impact', compare: 'ratio' },
  { figure: 'truePositiveRate', name: 'Equal opportunity', compare: 'difference' },
  { figure: 'falsePositiveRate', name: 'False positives', compare: 'difference' },
  { figure: 'averageOdds', name: 'Average odds', compare: 'difference' },
  { figure: 'positivePredictiveValue', name: 'Predictive parity', compare: 'difference' },
  { figure: 'calibration', name: 'Calibration', compare: 'difference' },
];

/** Recall by class, where there are so few classes that a table holds them. */
const MOST_CLASSES = 12;

export function columnsFor({ classes }: Measuring, className: (label: number) => string): Column[] {
  const each = classes === 2 || classes > MOST_CLASSES ? [] : [...Array(classes).keys()];
  return [
    ...Object.entries(NAMES).map(([figure, { label }]) => ({ figure, name: label })),
    ...each.map((label) => ({ figure: recallOf(label), name: `Recall, ${className(label)}` })),
  ];
}

/** @throws GibbonError E_USAGE where no attribute has such a group */
export function assertReference(all: readonly MeasuredGroups[], reference: string | undefined): void {
  const known = all.flatMap(({ groups }) => groups.map(({ name }) => name));
  if (reference === undefined || known.includes(reference)) return;
  throw new GibbonError('E_USAGE', `there is no group ${reference} to compare with; there are ${known.slice(0, 12).join(', ')}`, {
    hint: 'Name one of the groups: --set group-performance.reference=NAME.',
  });
}

export interface Shown {
  readonly columns: readonly Column[];
  readonly reference?: string | undefined;
}

export function detailsOf(all: readonly MeasuredGroups[], comparison: Comparison, { columns, reference }: Shown): Detail[] {
  // The complement of the true positive rate stands among all figures.
  const main = columns.filter(({ figure }) => figure !== 'falseNegativeRate');
  const tables = all.flatMap((of) => {
    const own = worstOf(comparison.all.filter((one) => one.of === of && one.rule.isJudged));
    const key = own?.rule.figure ?? 'accuracy';
    const sorted = worstFirst(of, { figure: key, worst: key === 'falsePositiveRate' ? 'high' : 'low' });
    const base = of.groups.find(({ name }) => name === reference) ?? of.groups[0];
    const against = base && referenceTable(of, base.name, { columns: AGAINST, groups: sorted });
    return [groupTable(of, main, sorted), ...(against ? [against] : [])];
  });
  return [...tables, gapTable(comparison), figureTable(all, columns)];
}

/** The ratio or difference of the groups furthest apart, had every decision been right. */
export function baselineOf({ rule, of, gap }: Compared): number | undefined {
  if (rule.figure !== 'selectionRate' || !gap) return undefined;
  const rate = (group: string): number | undefined => of.groups.find(({ name }) => name === group)?.figures.baseRate?.value;
  const [lower, higher] = [rate(gap.widest.lower), rate(gap.widest.higher)];
  if (lower === undefined || higher === undefined) return undefined;
  if (rule.compare === 'difference') return higher - lower;
  return higher > 0 ? lower / higher : undefined;
}

/** The group that the model is least often right about; its interval counts all groups, one of which had to be the worst. */
export function worstAccuracy(all: readonly MeasuredGroups[]): Record<string, Metric> {
  const known = all.flatMap(({ groups }) =>
    groups.flatMap(({ name, figures: { accuracy } }): { name: string; accuracy: Estimate }[] => (accuracy ? [{ name, accuracy }] : [])),
  );
  const sorted = [...known].sort((a, b) => a.accuracy.value - b.accuracy.value);
  const [worst, best] = [sorted[0], sorted.at(-1)];
  if (!worst || !best) return {};
  const { value, low, high } = worst.accuracy.limits(1 - 0.05 / sorted.length);
  return {
    worstGroupAccuracy: {
      label: `Accuracy of the worst group (${worst.name})`,
      value,
      low,
      high,
      n: worst.accuracy.n,
      baseline: best.accuracy.value,
      unit: 'share',
      method: `Clopper–Pearson, ${sorted.length} groups at once (Bonferroni)`,
      better: 'higher',
    },
  };
}
