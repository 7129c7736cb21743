/** Compares what groups get, figure by figure: how far they lie apart, and which distances are too large to be chance or to be fair. */
import type { Estimate } from '../../fairness/estimate.ts';
import { type Gap, type GroupFigure, largestDifference, pairsOf, smallestRatio } from '../../fairness/gap.ts';
import type { Finding } from '../finding.ts';

/** A figure by which groups are compared. */
export interface Rule {
  /** Its name among the figures of a group. */
  readonly figure: string;
  /** Name and label of the gap as a metric. */
  readonly metric: string;
  readonly label: string;
  readonly compare: 'difference' | 'ratio';
  /** Does a gap make a finding? Others are reported only. */
  readonly isJudged: boolean;
}

export interface MeasuredGroup {
  readonly name: string;
  readonly n: number;
  /** Absent where too few examples have what the figure is a share of. */
  readonly figures: Readonly<Record<string, Estimate | undefined>>;
}

/** The groups of one attribute, or of several at once. */
export interface MeasuredGroups {
  readonly attribute: string;
  readonly depth: number;
  readonly groups: readonly MeasuredGroup[];
}

export type Level = 'severe' | 'clear' | 'small' | 'unresolved' | 'none';

export interface Compared {
  readonly rule: Rule;
  readonly of: MeasuredGroups;
  /** Undefined where fewer than two groups have the figure. */
  readonly gap: Gap | undefined;
  readonly level: Level;
}

export interface Comparison {
  readonly all: readonly Compared[];
  /** Pairs of groups, over all attributes and judged figures: their intervals hold at once. */
  readonly pairs: number;
}

/** AIF360 calls differences of at most 0.1 fair; the four-fifths rule asks for a ratio of 0.8. */
export const FAIR_DIFFERENCE = 0.1;
export const SEVERE_DIFFERENCE = 0.2;
export const FAIR_RATIO = 0.8;

/** Is the gap surely beyond what is fair? */
export const isBeyond = ({ gap, level }: Compared): boolean => gap !== undefined && (level === 'severe' || level === 'clear');

export const SEVERITY_OF: Readonly<Record<Level, Finding['severity']>> = {
  severe: 'high',
  clear: 'medium',
  small: 'info',
  unresolved: 'info',
  none: 'pass',
};

const figuresOf = ({ groups }: MeasuredGroups, { figure }: Rule): GroupFigure[] =>
  groups.flatMap(({ name, figures }) => {
    const estimate = figures[figure];
    return estimate ? [{ group: name, estimate }] : [];
  });

/** How often an interval may be wrong, all comparisons together. */
const ERROR = 0.05;

/**
 * Bonferroni: the 5 % are shared out evenly to attributes, and within one to its pairs of groups and judged figures, so that an attribute
 * with many groups (a crossing) costs the others little.
 */
export function compare(partitions: readonly MeasuredGroups[], rules: readonly Rule[]): Comparison {
  const counted = partitions.map((of) => {
    const figures = new Map(rules.map((rule) => [rule, figuresOf(of, rule)]));
    const pairs = rules.reduce((sum, rule) => sum + (rule.isJudged ? pairsOf(figures.get(rule)?.length ?? 0) : 0), 0);
    return { of, figures, pairs };
  });
  const attributes = counted.filter(({ pairs }) => pairs > 0).length;
  return {
    pairs: counted.reduce((sum, { pairs }) => sum + pairs, 0),
    all: counted.flatMap(({ of, figures, pairs }) => {
      const confidence = 1 - ERROR / Math.max(1, attributes * pairs);
      return rules.map((rule): Compared => {
        const gap = (rule.compare === 'ratio' ? smallestRatio : largestDifference)(figures.get(rule) ?? [], confidence);
        return { rule, of, gap, level: gap ? levelOf(rule, gap) : 'none' };
      });
    }),
  };
}

/** By the end of the interval that is nearest to fairness: a gap that chance may have made is no finding. */
function levelOf({ compare }: Rule, { value, low, high }: Gap): Level {
  if (compare === 'ratio') return high < FAIR_RATIO ? 'clear' : value < FAIR_RATIO ? 'unresolved' : 'none';
  if (low > FAIR_DIFFERENCE) return low > SEVERE_DIFFERENCE ? 'severe' : 'clear';
  if (value > FAIR_DIFFERENCE) return 'unresolved';
  return low > 0 ? 'small' : 'none';
}

const ORDER: readonly Level[] = ['severe', 'clear', 'unresolved', 'small', 'none'];

/** How far a gap is from fairness, as sure as it is: larger is worse. */
const sureness = ({ rule, gap }: Compared): number => (gap ? (rule.compare === 'ratio' ? 1 - gap.high : gap.low) : -1);

/** The worst of these: by level, then by how sure it is. */
export function worstOf(all: readonly Compared[]): Compared | undefined {
  return [...all].filter(({ gap }) => gap !== undefined).sort(worseFirst)[0];
}

export const worseFirst = (a: Compared, b: Compared): number =>
  ORDER.indexOf(a.level) - ORDER.indexOf(b.level) || sureness(b) - sureness(a);

/** Is a gap between the two largest groups of a single attribute beyond what is fair, and might still be chance? Small groups always look so. */
export function cannotTell({ of, rule, level }: Compared): boolean {
  if (level !== 'unresolved' || !rule.isJudged || of.depth > 1) return false;
  const [a, b] = figuresOf({ ...of, groups: of.groups.slice(0, 2) }, rule);
  if (!a || !b) return false;
  const [small, large] = [a.estimate.value, b.estimate.value].sort((x, y) => x - y) as [number, number];
  return rule.compare === 'ratio' ? small < FAIR_RATIO * large : large - small > FAIR_DIFFERENCE;
}

export const undecidedBy = ({ rule, of }: Compared): string =>
  `${rule.label} by ${of.attribute} is beyond the limit as seen, and may be chance: there are too few examples to tell.`;
