/** What workers are asked about examples that are to be certified, and what they answer, as plain JSON. */
import type { Method, Verdict } from '../../certify/search/escalate.ts';
import type { Norm } from '../../threat/ball.ts';
import type { SampleResult } from '../result.ts';
import type { Subject } from '../subject.ts';
import type { RowItem, RowReply } from '../task.ts';
import type { CertifiedSample } from './result.ts';

export const CERTIFY_METHODS = ['auto', 'ibp', 'crown-ibp', 'crown', 'sdp-crown', 'alpha-crown', 'bab', 'smoothing'] as const;

/** Randomised smoothing: the noise, its draws, and the probability that a certificate is wrong. */
export interface SmoothingChoice {
  readonly sigma: number;
  readonly n: number;
  readonly alpha: number;
}

export interface CertifyOrder {
  readonly subject: Subject;
  readonly model: { readonly name: string; readonly sha256: string };
  readonly norm: Norm;
  readonly epsilon: number;
  readonly method: 'auto' | Method;
  /** Seconds for an example. */
  readonly budget: number;
  /** Also the largest radius that can be certified, up to so much; at epsilon alone where absent. */
  readonly most?: number | undefined;
  /** Attack first; what an audit has found stands in the items otherwise. */
  readonly attacks: boolean;
  /** The run's folder, which keeps what contradicts a certificate. */
  readonly folder?: string | undefined;
  /** It keeps the certificates too, as files to be checked again. */
  readonly keeps?: true;
}

export interface CertifyItem extends RowItem {
  readonly label: number;
  /** Distance of the nearest point that is known to fool the model. */
  readonly upper?: number | undefined;
  /** Does one lie within epsilon? */
  readonly isBroken?: boolean | undefined;
}

export interface CertifyReply extends RowReply {
  readonly status: 'certified' | 'attacked' | 'undecided';
  /** The largest radius that was certified. */
  readonly lower: number;
  readonly upper: number | null;
  readonly method: Method | 'trees' | null;
  /** By how much the scores of the worst class stay apart at epsilon, as far as that is proved. */
  readonly margin: number | null;
  /** What stands in the way, where epsilon was not certified. */
  readonly obstacle: Obstacle | null;
  /** Of trees: what ended the search, where epsilon was neither certified nor broken. */
  readonly search?: TreeSearch;
  readonly seconds: number;
  /** What this certifier's own attacks found within epsilon. */
  readonly witness?: Witness;
  readonly contradiction?: Contradiction;
}

/** The nearest input within epsilon that fools the model, as the result tells of it. */
export type Witness = NonNullable<SampleResult['adversarial']>;

export interface Obstacle {
  /** The class that could not be ruled out by the widest margin. */
  readonly target: number;
  /** Rectified neurons whose sign is open over the set, of so many, and the layer with most of them. */
  readonly unstable: number;
  readonly neurons: number;
  readonly layer: string | null;
}

/** As the result tells of it. */
export type TreeSearch = NonNullable<CertifiedSample['search']>;

/** A point in a certified set that the untouched model gives another class, or at which a value leaves what was proved of it: a bug of Gibbon. */
export interface Contradiction {
  readonly epsilon: number;
  /** The other class. */
  readonly answered?: number;
  /** What the value enters, or which margin it is, and how far it lies outside. */
  readonly escaped?: { readonly where: string; readonly by: number };
  /** Where it is kept; null where the run has no folder. */
  readonly file: string | null;
}

export function obstacleOf({ goals, unstable }: Verdict): Obstacle {
  const worst = goals.reduce((least, goal) => (goal.lower < least.lower ? goal : least));
  const most = unstable.reduce<Verdict['unstable'][number] | undefined>((top, one) => (one.open > (top?.open ?? 0) ? one : top), undefined);
  return {
    target: Number(worst.name),
    unstable: unstable.reduce((sum, { open }) => sum + open, 0),
    neurons: unstable.reduce((sum, { of }) => sum + of, 0),
    layer: most?.layer ?? null,
  };
}
