/** Certificates of one example: at a given radius, and the largest radius that a search by halves can certify. */
import type { Head } from '../../task/logits.ts';
import type { Norm, Range } from '../../threat/ball.ts';
import type { BoundNetwork } from '../graphs/network.ts';
import { type EscalationSettings, escalate, type Verdict } from '../search/escalate.ts';
import type { InputSlack } from './input-slack.ts';
import { domainAround, winsGoals } from './sample.ts';

export interface Claim {
  readonly network: BoundNetwork;
  /** Before normalisation. */
  readonly x: Float32Array;
  /** The class that must win, which the model gives x. */
  readonly label: number;
  readonly head: Pick<Head, 'output' | 'logits'>;
  readonly norm: Norm;
  readonly range: Range | undefined;
  /** What lies between rows and the inputs that are made of them. */
  readonly slack?: InputSlack | undefined;
  /** What proves a set; by default all that Gibbon knows. */
  readonly prover?: typeof escalate;
}

export function proveAt(claim: Claim, epsilon: number, settings: EscalationSettings): Promise<Verdict> {
  const { network, x, label, head, norm, range, slack, prover = escalate } = claim;
  return prover(network, domainAround(x, { norm, epsilon, range, slack }), winsGoals(label, network.outputs, head), settings);
}

export interface Bracket {
  /** A radius that is certified already, or 0. */
  readonly low: number;
  /** One that is not, or beyond which nobody asks. */
  readonly high: number;
}

export interface Found {
  readonly radius: number;
  /** What certifies it; undefined where `low` was not exceeded. */
  readonly verdict: Verdict | undefined;
}

/** The bracket is halved until its ends differ by 2 %, at most so often. */
const HALVINGS = 12;
const PRECISION = 0.02;

/**

 * The largest radius between those of the bracket that can be certified. A smaller ball lies in a larger one, so what holds for one radius holds for all
 * below it. @param until says that there is no more time
 */
export async function largestProved(
  claim: Claim,
  { low, high }: Bracket,
  { until, ...settings }: EscalationSettings & { readonly until: () => boolean },
): Promise<Found> {
  let found: Found = { radius: low, verdict: undefined };
  let limit = high;
  for (let i = 0; i < HALVINGS && limit - found.radius > PRECISION * limit && !until(); i++) {
    const middle = (found.radius + limit) / 2;
    const verdict = await proveAt(claim, middle, settings);
    if (verdict.isProved) found = { radius: middle, verdict };
    else limit = middle;
  }
  return found;
}
