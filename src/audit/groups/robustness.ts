/** What attacks leave of each group: from the worst case of each example, at the audited epsilon and at the smaller ones of the curve. */
import { type Estimate, shareEstimate } from '../../fairness/estimate.ts';
import type { Partition } from '../../fairness/partition.ts';
import type { Share } from '../../fairness/rates.ts';
import { distanceIn, type Metric as Norm } from '../../threat/metric.ts';
import type { DetailOf } from '../details.ts';
import type { SampleResult } from '../result.ts';
import type { FigureNames } from './cited.ts';
import type { MeasuredGroup, MeasuredGroups, Rule } from './compare.ts';

/** What came of an example: was it right, and at which distance does it fall to an attack (Infinity where to none)? */
export interface Fate {
  readonly isRight: boolean;
  readonly falls: number;
}

export function fatesOf(samples: readonly SampleResult[], norm: Norm): Map<number, Fate> {
  return new Map(
    samples.map(({ index, label, clean, adversarial }) => [
      index,
      { isRight: clean.label === label, falls: adversarial ? distanceIn(adversarial.distances, norm) : Number.POSITIVE_INFINITY },
    ]),
  );
}

/** Float32 rounding, as the judge allows it. */
const within = (distance: number, epsilon: number): boolean => distance <= epsilon * (1 + 1e-4) + 1e-6;

export const fallsAt = ({ isRight, falls }: Fate, epsilon: number): boolean => isRight && within(falls, epsilon);

const rule = (
  figure: string,
  metric: string,
  label: string,
  { isJudged = false, compare = 'difference' as Rule['compare'] } = {},
): Rule => ({
  figure,
  metric,
  label,
  compare,
  isJudged,
});

export const SUCCESS = 'attackSuccessRate';

/** Judged is the success on what was right before: the gap in clean accuracy is not counted again. */
export const ROBUSTNESS_RULES: readonly Rule[] = [
  rule(SUCCESS, 'attackSuccessDifference', 'Difference of attack success', { isJudged: true }),
  rule('robustAccuracy', 'robustAccuracyDifference', 'Difference of robust accuracy'),
  rule('robustAccuracy', 'robustAccuracyRatio', 'Ratio of robust accuracies', { compare: 'ratio' }),
  rule('accuracyLoss', 'accuracyLossDifference', 'Difference of lost accuracy'),
  rule('cleanAccuracy', 'cleanAccuracyDifference', 'Difference of clean accuracy'),
];

export const ROBUSTNESS_NAMES: FigureNames = {
  [SUCCESS]: { label: 'Attack success', better: 'lower' },
  robustAccuracy: { label: 'Robust accuracy', better: 'higher' },
  cleanAccuracy: { label: 'Clean accuracy', better: 'higher' },
  accuracyLoss: { label: 'Accuracy lost', better: 'lower' },
};

export interface Attacked {
  readonly fates: ReadonlyMap<number, Fate>;
  readonly epsilon: number;
  /** A figure that rests on fewer examples is not given. */
  readonly minimum: number;
}

export function measuredUnderAttack({ fates, epsilon, minimum }: Attacked, partition: Partition): MeasuredGroups {
  const enough = (share: Share): Estimate | undefined => (share.of < minimum ? undefined : shareEstimate(share));
  const groups = partition.groups.map(({ name, members }): MeasuredGroup => {
    const own = members.flatMap((index) => fates.get(index) ?? []);
    const n = own.length;
    const right = own.filter(({ isRight }) => isRight).length;
    const fallen = own.filter((fate) => fallsAt(fate, epsilon)).length;
    return {
      name,
      n,
      figures: {
        cleanAccuracy: enough({ count: right, of: n }),
        robustAccuracy: enough({ count: right - fallen, of: n }),
        accuracyLoss: enough({ count: fallen, of: n }),
        [SUCCESS]: enough({ count: fallen, of: right }),
      },
    };
  });
  return { attribute: partition.attribute, depth: partition.depth, groups };
}

/** Robust accuracy of each group over epsilon. */
export function groupCurve(
  partition: Partition,
  attacked: Attacked,
  { epsilons, norm }: { epsilons: readonly number[]; norm: Norm },
): DetailOf<'curve'> | undefined {
  const lines = partition.groups.flatMap(({ name, members }) => {
    const own = members.flatMap((index) => attacked.fates.get(index) ?? []);
    if (own.length < attacked.minimum) return [];
    const points = epsilons.map((epsilon) => {
      const count = own.filter((fate) => fate.isRight && !fallsAt(fate, epsilon)).length;
      const { value, low, high } = shareEstimate({ count, of: own.length }).limits(0.95);
      return { x: epsilon, y: value, low, high };
    });
    return [{ name: `${name} (n = ${own.length})`, points }];
  });
  if (lines.length < 2 || epsilons.length < 2) return undefined;
  return {
    kind: 'curve',
    title: `Accuracy under attack by ${partition.attribute}`,
    x: { label: `ε (${norm})` },
    y: { label: 'Accuracy', unit: 'share' },
    lines,
  };
}
