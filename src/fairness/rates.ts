/** The rates of a group: each is a share of some of its examples (Verma & Rubin, "Fairness definitions explained", FairWare 2018). */
import { type Outcomes, sizeOfOutcomes } from './outcomes.ts';

/** `count` of `of` examples. */
export interface Share {
  readonly count: number;
  readonly of: number;
}

export const RATES = {
  /** Decided as is right. */
  accuracy: (o) => ({ count: o.tp + o.tn, of: sizeOfOutcomes(o) }),
  /** Favourable by right: of the data, not of the model. */
  baseRate: (o) => ({ count: o.tp + o.fn, of: sizeOfOutcomes(o) }),
  /** Decided favourably. */
  selectionRate: (o) => ({ count: o.tp + o.fp, of: sizeOfOutcomes(o) }),
  truePositiveRate: (o) => ({ count: o.tp, of: o.tp + o.fn }),
  falseNegativeRate: (o) => ({ count: o.fn, of: o.tp + o.fn }),
  falsePositiveRate: (o) => ({ count: o.fp, of: o.fp + o.tn }),
  trueNegativeRate: (o) => ({ count: o.tn, of: o.fp + o.tn }),
  positivePredictiveValue: (o) => ({ count: o.tp, of: o.tp + o.fp }),
  falseDiscoveryRate: (o) => ({ count: o.fp, of: o.tp + o.fp }),
  negativePredictiveValue: (o) => ({ count: o.tn, of: o.tn + o.fn }),
  falseOmissionRate: (o) => ({ count: o.fn, of: o.tn + o.fn }),
} as const satisfies Record<string, (outcomes: Outcomes) => Share>;

export type RateName = keyof typeof RATES;

/** A rate as a number; NaN where no example has what it is a share of. */
export function rate(name: RateName, outcomes: Outcomes): number {
  const { count, of } = RATES[name](outcomes);
  return count / of;
}
