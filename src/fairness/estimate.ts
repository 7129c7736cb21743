/** A figure of one group, from which an interval follows at any level of confidence: comparisons choose the level by how many they are. */
import { meanLimits } from '../stats/mean.ts';
import { type Limits, moverSum, scaled } from '../stats/mover.ts';
import { clopperPearson } from '../stats/proportion.ts';
import type { Share } from './rates.ts';

export interface Estimate {
  readonly value: number;
  /** Examples that it rests on. */
  readonly n: number;
  /** A share of examples, or a mean that may be negative. */
  readonly unit: 'share' | 'difference';
  limits(confidence: number): Limits;
}

/** Computes the limits of each level once. */
function estimate({ value, n, unit }: Pick<Estimate, 'value' | 'n' | 'unit'>, compute: (confidence: number) => Limits): Estimate {
  const known = new Map<number, Limits>();
  return {
    value,
    n,
    unit,
    limits: (confidence) => {
      const limits = known.get(confidence) ?? compute(confidence);
      known.set(confidence, limits);
      return limits;
    },
  };
}

/** A share, with Clopper and Pearson's limits. */
export function shareEstimate({ count, of }: Share): Estimate {
  return estimate({ value: count / of, n: of, unit: 'share' }, (confidence) => clopperPearson(count, of, confidence));
}

/** A mean of at least two values, with Student's limits. */
export function meanEstimate(values: readonly number[]): Estimate {
  const at = (confidence: number): Limits => meanLimits(values, confidence) as Limits;
  return estimate({ value: at(0.95).value, n: values.length, unit: 'difference' }, at);
}

/** Half the sum of two figures of different examples. */
export function midpoint(a: Estimate, b: Estimate): Estimate {
  return estimate({ value: (a.value + b.value) / 2, n: a.n + b.n, unit: a.unit }, (confidence) =>
    scaled(moverSum(a.limits(confidence), b.limits(confidence)), 0.5),
  );
}
