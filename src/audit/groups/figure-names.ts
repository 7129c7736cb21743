/** The names that figures of the fairness checks can have; those of attributes and groups are the data's. */
import type { FigureNames } from './cited.ts';
import type { Rule } from './compare.ts';
import { rulesFor } from './measure.ts';
import { NAMES } from './performance.ts';

/** Gaps by the kind of gap, and by attribute. */
export function gapNames(rules: readonly Pick<Rule, 'metric'>[]): string[] {
  return withAttributes(rules.map(({ metric }) => metric));
}

const withAttributes = (kinds: readonly string[]): string[] => [...new Set(kinds)].flatMap((kind) => [kind, `${kind}.*`]);

/** Figures of a single group that a finding speaks of. */
export const citedNames = (names: FigureNames): string[] => Object.keys(names).map((name) => `${name}@*=*`);

/** Whatever the classes, and whether one of them is favourable. */
const RULES = rulesFor({ classes: 3, favourable: 0, hasProbabilities: true }, String);

export const PERFORMANCE_FIGURES: readonly string[] = [
  'worstGroupAccuracy',
  ...gapNames(RULES),
  ...withAttributes(['equalizedOddsDifference']),
  'theilIndex',
  'generalizedEntropyIndex',
  'betweenGroupTheil',
  'differentialFairness',
  ...citedNames(NAMES),
  'averageOdds@*=*',
  'recall-*@*=*',
];
