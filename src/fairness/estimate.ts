/** A figure of one group, from which an interval follows at any level of confidence: comparisons choose the level by how many they are. */
import { meanLimits } from '../stats/mean.ts';
import { type Limits, moverSum, scaled } from '../stats/mover.ts';
import { clopperPearson } from '../stats/proportion.ts';
import type { Share } from './rates.ts';

export interface Estimate {
  readonly value: number;
  /** Examples that it rests on. */
  readonly n: number;
  limits(confidence: number): Limits;
}

/** Computes the limits of each level once. */
function estimate(value: number, n: number, compute: (confidence: number) => Limits): Estimate {
  const known = new Map<number, Limits>();
  return {
    value,
    n,
    limits: (confidence) => {
      const limits = known.get(confidence) ?? compute(confidence);
      known.set(confidence, limits);
      return limits;
    },
  };
}

/** A share, with Clopper and Pearson's limits. */
export function shareEstimate({ count, of }: Share): Estimate {
  return estimate(count / of, of, (confidence) => clopperPearson(count, of, confidence));
}

/** A mean of at least two values, with Student's limits. */
export function meanEstimate(values: readonly number[]): Estimate {
  const at = (confidence: number): Limits => meanLimits(values, confidence) as Limits;
  return estimate(at(0.95).value, values.length, at);
}

/** Half the sum of two figures of different examples. */
export function midpoint(a: Estimate, b: Estimate): Estimate {
  return estimate((a.value + b.value) / 2, a.n + b.n, (confidence) => scaled(moverSum(a.limits(confidence), b.limits(confidence)), 0.5));
}
