/** Metrics that compare two groups, as AIF360 and Fairlearn define them; the first group is the unprivileged one, 0 (or a ratio of 1) is parity. */
import type { Outcomes } from './outcomes.ts';
import { type RateName, rate } from './rates.ts';

type Comparison = (group: Outcomes, reference: Outcomes) => number;

const difference =
  (name: RateName): Comparison =>
  (group, reference) =>
    rate(name, group) - rate(name, reference);

/** P(ŷ = 1 | group) − P(ŷ = 1 | reference): demographic parity. */
export const statisticalParityDifference = difference('selectionRate');
/** P(ŷ = 1 | group) / P(ŷ = 1 | reference): at least 0.8 by the four-fifths rule (29 CFR 1607.4(D)). */
export const disparateImpact: Comparison = (group, reference) => rate('selectionRate', group) / rate('selectionRate', reference);
/** Difference in true positive rates (Hardt et al., arXiv:1610.02413). */
export const equalOpportunityDifference = difference('truePositiveRate');
export const falsePositiveRateDifference = difference('falsePositiveRate');
/** Difference in precision. */
export const predictiveParityDifference = difference('positivePredictiveValue');
/** Mean of the differences in true and false positive rates. */
export const averageOddsDifference: Comparison = (group, reference) =>
  (equalOpportunityDifference(group, reference) + falsePositiveRateDifference(group, reference)) / 2;
/** The larger of the two, without sign. */
export const equalizedOddsDifference: Comparison = (group, reference) =>
  Math.max(Math.abs(equalOpportunityDifference(group, reference)), Math.abs(falsePositiveRateDifference(group, reference)));
