/** Gaps between groups as metrics: the worst over all attributes under the figure's own name, and each attribute's. */
import type { Estimate } from '../../fairness/estimate.ts';
import type { Limits } from '../../stats/mover.ts';
import type { Metric } from '../metric.ts';
import { type Compared, type Comparison, worseFirst, worstOf } from './compare.ts';

const SIGNS: readonly (readonly [sign: string, word: string])[] = [
  ['>=', '-ge-'],
  ['<=', '-le-'],
  ['==', '-is-'],
  ['!=', '-not-'],
  ['>', '-gt-'],
  ['<', '-lt-'],
  ['×', 'x'],
];

/** An attribute or a group in the name of a metric: letters, digits, hyphens, underscores. */
export function slug(name: string): string {
  const worded = SIGNS.reduce((text, [sign, word]) => text.replaceAll(sign, word), name);
  return worded.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-+|-+$/g, '');
}

export const metricOf = ({ rule, of }: Compared): string => `${rule.metric}.${slug(of.attribute)}`;

function gapMetric({ rule, gap }: Compared, label: string, { pairs }: Comparison, baseline: number | undefined): Metric {
  const isRatio = rule.compare === 'ratio';
  const method = `limits of the groups combined (MOVER), ${pairs} ${pairs === 1 ? 'comparison' : 'comparisons at once'} (Bonferroni)`;
  return {
    label,
    value: gap?.value ?? null,
    n: gap?.n ?? null,
    low: gap?.low ?? null,
    high: gap && Number.isFinite(gap.high) ? gap.high : null,
    baseline: baseline ?? (isRatio ? 1 : 0),
    unit: isRatio ? 'ratio' : 'difference',
    method: gap ? method : 'fewer than two groups are large enough',
    better: isRatio ? 'higher' : 'lower',
  };
}

/** The extreme of several gaps; its interval is made of theirs, which hold at once. */
function extreme(all: readonly Compared[]): Compared | undefined {
  const known = all.flatMap((one) => (one.gap ? [{ ...one, gap: one.gap }] : []));
  const [first] = known;
  if (!first) return all[0];
  const choose = first.rule.compare === 'ratio' ? Math.min : Math.max;
  const end = (of: (limits: Limits) => number): number => choose(...known.map(({ gap }) => of(gap)));
  const widest = known.find(({ gap }) => gap.value === end(({ value }) => value)) ?? first;
  return { ...widest, gap: { ...widest.gap, low: end(({ low }) => low), high: end(({ high }) => high) } };
}

/** What the data's own right answers would show, by metric, where that is another baseline than parity. */
export type Baselines = (compared: Compared) => number | undefined;

/** One metric for each kind of gap, the worst first, and of the judged ones one for each attribute where there are several. */
export function gapMetrics(comparison: Comparison, baselines: Baselines = () => undefined): Record<string, Metric> {
  const kinds = new Map<string, Compared[]>();
  for (const one of comparison.all) kinds.set(one.rule.metric, [...(kinds.get(one.rule.metric) ?? []), one]);
  const sorted = [...kinds.values()].flatMap((own) => {
    const [first] = own;
    return first ? [{ own, isJudged: first.rule.isJudged, worst: worstOf(own) ?? first }] : [];
  });
  sorted.sort((a, b) => Number(b.isJudged) - Number(a.isJudged) || worseFirst(a.worst, b.worst));
  const entry = (name: string, own: readonly Compared[], suffix = ''): [string, Metric][] => {
    const one = extreme(own);
    return one ? [[name, gapMetric(one, `${one.rule.label}${suffix}`, comparison, baselines(one))]] : [];
  };
  const attributes = [...new Set(comparison.all.map(({ of }) => of.attribute))];
  const each = (own: readonly Compared[]): [string, Metric][] =>
    attributes.flatMap((attribute) => {
      const mine = own.filter(({ of }) => of.attribute === attribute);
      return mine[0] ? entry(metricOf(mine[0]), mine, `, ${attribute}`) : [];
    });
  return Object.fromEntries([
    ...sorted.flatMap(({ own }) => entry((own[0] as Compared).rule.metric, own)),
    ...sorted.filter(({ isJudged, own }) => isJudged || own[0]?.rule.figure === 'baseRate').flatMap(({ own }) => each(own)),
  ]);
}

/** One group's figure as a metric, with its own 95 % interval. */
export function figureMetric(
  estimate: Estimate,
  label: string,
  { better, baseline }: { better: Metric['better']; baseline?: number },
): Metric {
  const { value, low, high } = estimate.limits(0.95);
  const method = estimate.unit === 'share' ? 'Clopper–Pearson' : 'Student’s interval of a mean';
  return { label, value, n: estimate.n, low, high, baseline: baseline ?? null, unit: estimate.unit, method, better };
}

/** Without the metrics of single attributes that no finding speaks of, but for those of these kinds: lists of figures stay readable. */
export function told(
  metrics: Readonly<Record<string, Metric>>,
  findings: readonly { readonly text: string }[],
  kinds: readonly string[],
): Record<string, Metric> {
  const isTold = (name: string): boolean => findings.some(({ text }) => text.includes(`{${name}~}`));
  const isShown = (name: string): boolean => !name.includes('.') || kinds.includes(name.slice(0, name.indexOf('.'))) || isTold(name);
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => isShown(name)));
}
