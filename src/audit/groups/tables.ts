/** Groups as tables: what each gets, how it compares with the reference group, and all figures as numbers. */
import type { Estimate } from '../../fairness/estimate.ts';
import { type Limits, moverDifference, moverRatio } from '../../stats/mover.ts';
import type { DetailOf } from '../details.ts';
import { type Compared, type Comparison, FAIR_DIFFERENCE, FAIR_RATIO, type MeasuredGroup, type MeasuredGroups } from './compare.ts';

type Table = DetailOf<'table'>;
type Cell = Table['rows'][number][number];

/** A figure's name in tables. */
export interface Column {
  readonly figure: string;
  readonly name: string;
}

const percent = (value: number, digits: number): string => (100 * value).toFixed(digits).replace('-', '−');

/** Value and 95 % interval in percent, a mean in points. */
function cellOf(estimate: Estimate | undefined): string | null {
  if (!estimate) return null;
  const digits = estimate.n >= 200 ? 1 : 0;
  const { value, low, high } = estimate.limits(0.95);
  const [v, l, h] = [value, low, high].map((one) => percent(one, digits));
  return estimate.unit === 'share' ? `${v} (${l}–${h})` : `${v} (${l} to ${h})`;
}

/** Worst first: by this figure, or by the number of examples where a group has none. */
export function worstFirst({ groups }: MeasuredGroups, { figure, worst }: { figure: string; worst: 'low' | 'high' }): MeasuredGroup[] {
  const sign = worst === 'low' ? 1 : -1;
  const key = ({ figures }: MeasuredGroup): number =>
    figures[figure] ? sign * (figures[figure] as Estimate).value : Number.POSITIVE_INFINITY;
  return [...groups].sort((a, b) => (key(a) === key(b) ? b.n - a.n : key(a) - key(b)));
}

export function groupTable(of: MeasuredGroups, columns: readonly Column[], groups: readonly MeasuredGroup[]): Table {
  const used = columns.filter(({ figure }) => groups.some(({ figures }) => figures[figure]));
  return {
    kind: 'table',
    title: `Groups by ${of.attribute}: percent, with 95 % intervals`,
    columns: [{ name: of.attribute }, { name: 'Examples', unit: 'count' }, ...used.map(({ name }) => ({ name }))],
    rows: groups.map(({ name, n, figures }): Cell[] => [name, n, ...used.map(({ figure }) => cellOf(figures[figure]))]),
    ...(groups.length > 1 && used.length > 0 && { worst: 0 }),
  };
}

/** A comparison with the reference: a difference of a figure, or a ratio. */
export interface Against extends Column {
  readonly compare: 'difference' | 'ratio';
}

function against(own: Estimate | undefined, other: Estimate | undefined, compare: Against['compare']): string | null {
  if (!own || !other) return null;
  const [a, b] = [own.limits(0.95), other.limits(0.95)];
  const found: Limits | undefined = compare === 'ratio' ? moverRatio(a, b) : moverDifference(a, b);
  if (!found) return null;
  const text = (one: number): string => (Number.isFinite(one) ? (compare === 'ratio' ? one.toFixed(2) : percent(one, 1)) : '∞');
  return `${text(found.value)} (${text(found.low)} to ${text(found.high)})`;
}

/** Differences in percentage points and ratios of each group to the reference, each with its own interval. */
export function referenceTable(
  of: MeasuredGroups,
  reference: string,
  { columns, groups }: { columns: readonly Against[]; groups: readonly MeasuredGroup[] },
): Table | undefined {
  const base = of.groups.find(({ name }) => name === reference);
  const others = groups.filter(({ name, figures }) => name !== reference && Object.keys(figures).length > 0);
  if (!base || others.length === 0) return undefined;
  const used = columns.filter(({ figure }) => base.figures[figure]);
  return {
    kind: 'table',
    title: `${of.attribute}: compared with ${reference} (points; 95 % interval of each alone)`,
    columns: [{ name: of.attribute }, ...used.map(({ name }) => ({ name }))],
    rows: others.map(({ name, figures }): Cell[] => [
      name,
      ...used.map(({ figure, compare }) => against(figures[figure], base.figures[figure], compare)),
    ]),
  };
}

const WORDS = { severe: 'unfair', clear: 'unfair', small: 'small', unresolved: 'cannot tell', none: 'no gap seen' } as const;

function gapRow({ rule, of, gap, level }: Compared): Cell[] {
  if (!gap) return [rule.label, of.attribute, null, null, null, null, null, 'too few examples'];
  const { lower, higher } = gap.widest;
  const high = Number.isFinite(gap.high) ? gap.high : null;
  const said = rule.isJudged ? WORDS[level] : 'reported only';
  return [rule.label, of.attribute, lower, higher, gap.value, gap.low, high, said];
}

/** All gaps between the groups furthest apart. */
export function gapTable({ all, pairs }: Comparison): Table {
  return {
    kind: 'table',
    title: `Gaps between the groups furthest apart (fair: differences up to ${FAIR_DIFFERENCE}, ratios from ${FAIR_RATIO}; intervals count ${pairs} ${pairs === 1 ? 'comparison' : 'comparisons'})`,
    columns: [
      { name: 'Figure' },
      { name: 'Groups' },
      { name: 'Lowest' },
      { name: 'Highest' },
      { name: 'Gap', unit: 'number' },
      { name: 'Low', unit: 'number' },
      { name: 'High', unit: 'number' },
      { name: 'Judged' },
    ],
    // Of many classes, most are too rare in some group.
    rows: all.filter(({ gap, rule }) => gap !== undefined || rule.metric !== 'recallDifference').map(gapRow),
  };
}

/** Every figure of every group as numbers, for whoever computes on. */
export function figureTable(partitions: readonly MeasuredGroups[], columns: readonly Column[]): Table {
  const rows = partitions.flatMap(({ attribute, groups }) =>
    groups.flatMap(({ name, figures }) =>
      columns.flatMap(({ figure, name: label }): Cell[][] => {
        const estimate = figures[figure];
        if (!estimate) return [];
        const { value, low, high } = estimate.limits(0.95);
        return [[attribute, name, label, estimate.n, value, low, high]];
      }),
    ),
  );
  return {
    kind: 'table',
    title: 'All figures by group, with 95 % intervals',
    columns: [
      { name: 'Attribute' },
      { name: 'Group' },
      { name: 'Figure' },
      { name: 'n', unit: 'count' },
      { name: 'Value', unit: 'number' },
      { name: 'Low', unit: 'number' },
      { name: 'High', unit: 'number' },
    ],
    rows,
  };
}
