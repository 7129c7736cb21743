/** What each group gets from a classifier: its rates as estimates, wherever enough examples carry them. */
import { type Estimate, meanEstimate, midpoint, shareEstimate } from '../../fairness/estimate.ts';
import { type Outcomes, outcomesOf } from '../../fairness/outcomes.ts';
import type { Partition } from '../../fairness/partition.ts';
import { RATES, type RateName, type Share } from '../../fairness/rates.ts';
import type { Answer } from './answers.ts';
import type { MeasuredGroup, MeasuredGroups, Rule } from './compare.ts';

export interface Measuring {
  readonly answers: ReadonlyMap<number, Answer>;
  readonly classes: number;
  /** The class that people want to be put in; undefined where none is known. */
  readonly favourable: number | undefined;
  /** A figure that rests on fewer examples is not given. */
  readonly minimum: number;
  /** Do the model's probabilities say more than its decisions? */
  readonly hasProbabilities: boolean;
}

const gap = (figure: string, metric: string, label: string, isJudged: boolean, compare: Rule['compare'] = 'difference'): Rule => ({
  figure,
  metric,
  label,
  compare,
  isJudged,
});

const ACCURACY = gap('accuracy', 'accuracyGap', 'Accuracy gap', true);
const CALIBRATION = gap('calibration', 'calibrationDifference', 'Calibration difference', true);
const FAVOURED: readonly Rule[] = [
  gap('selectionRate', 'disparateImpact', 'Disparate impact (ratio of selection rates)', true, 'ratio'),
  gap('selectionRate', 'statisticalParityDifference', 'Statistical parity difference', false),
  gap('truePositiveRate', 'equalOpportunityDifference', 'Equal opportunity difference', true),
  gap('falsePositiveRate', 'falsePositiveRateDifference', 'False positive rate difference', true),
  gap('averageOdds', 'averageOddsDifference', 'Average odds difference', false),
  gap('positivePredictiveValue', 'predictiveParityDifference', 'Predictive parity difference', false),
];
export const BASE_RATE = gap('baseRate', 'baseRateDifference', 'Difference of base rates', false);

export const recallOf = (label: number): string => `recall ${label}`;

/** By what groups are compared: with a favourable class by rates, with several classes by the recall of each. */
export function rulesFor(
  { classes, favourable, hasProbabilities }: Pick<Measuring, 'classes' | 'favourable' | 'hasProbabilities'>,
  className: (label: number) => string,
): Rule[] {
  const each = classes === 2 ? [] : [...Array(classes).keys()].filter((label) => label !== favourable);
  const recalls = each.map((label) => gap(recallOf(label), 'recallDifference', `Recall difference, ${className(label)}`, true));
  return [ACCURACY, ...(favourable === undefined ? [] : [...FAVOURED, BASE_RATE]), ...recalls, ...(hasProbabilities ? [CALIBRATION] : [])];
}

/** Decisions of some examples, as favourable and unfavourable ones. */
export function outcomes(answers: readonly Answer[], favourable: number): Outcomes {
  return outcomesOf(answers.map(({ right, decided }) => ({ right: right === favourable, decided: decided === favourable })));
}

const membersOf = ({ answers }: Measuring, members: readonly number[]): Answer[] =>
  members.flatMap((index) => {
    const answer = answers.get(index);
    return answer ? [answer] : [];
  });

export function measured(measuring: Measuring, partition: Partition): MeasuredGroups {
  const groups = partition.groups.map(({ name, members }): MeasuredGroup => {
    const own = membersOf(measuring, members);
    return { name, n: own.length, figures: own.length < measuring.minimum ? {} : figuresOf(measuring, own) };
  });
  return { attribute: partition.attribute, depth: partition.depth, groups };
}

function figuresOf(measuring: Measuring, own: readonly Answer[]): Record<string, Estimate | undefined> {
  const { minimum, classes, favourable } = measuring;
  const enough = (share: Share): Estimate | undefined => (share.of < minimum ? undefined : shareEstimate(share));
  const right = own.filter((one) => one.right === one.decided).length;
  const byClass = Object.fromEntries(
    (classes === 2 ? [] : [...Array(classes).keys()]).map((label) => {
      const ofClass = own.filter((one) => one.right === label);
      return [recallOf(label), enough({ count: ofClass.filter(({ decided }) => decided === label).length, of: ofClass.length })];
    }),
  );
  return {
    accuracy: enough({ count: right, of: own.length }),
    ...(favourable !== undefined && ratesOf(outcomes(own, favourable), enough)),
    ...byClass,
    calibration: calibrationOf(measuring, own),
  };
}

const NAMES: readonly RateName[] = [
  'selectionRate',
  'truePositiveRate',
  'falsePositiveRate',
  'falseNegativeRate',
  'positivePredictiveValue',
  'baseRate',
];

function ratesOf(of: Outcomes, enough: (share: Share) => Estimate | undefined): Record<string, Estimate | undefined> {
  const rates = Object.fromEntries(NAMES.map((name) => [name, enough(RATES[name](of))]));
  const { truePositiveRate: tpr, falsePositiveRate: fpr } = rates;
  return { ...rates, averageOdds: tpr && fpr ? midpoint(tpr, fpr) : undefined };
}

/** Mean probability minus share: of the favourable class where there are two classes, else of the decided one. 0 is calibrated in the large. */
function calibrationOf({ classes, favourable, hasProbabilities, minimum }: Measuring, own: readonly Answer[]): Estimate | undefined {
  if (!hasProbabilities) return undefined;
  const misses = own.flatMap(({ right, decided, confidence }) => {
    if (confidence === null) return [];
    if (classes !== 2 || favourable === undefined) return [confidence - Number(right === decided)];
    return [(decided === favourable ? confidence : 1 - confidence) - Number(right === favourable)];
  });
  return misses.length < Math.max(2, minimum) ? undefined : meanEstimate(misses);
}
