/** What a look at the attacks themselves found (see scrutinise.ts). */
import type { Ascent } from '../../attacks/probes/ascent.ts';
import type { SlopeProbe } from '../../attacks/probes/slopes.ts';
import type { Passage } from '../../model/anatomy.ts';
import type { RanAttack } from '../ran.ts';

export interface Scrutiny {
  /** Why gradients could not be looked at, where they could not. */
  readonly without: string | undefined;
  readonly slopes: readonly SlopeProbe[];
  /** Ascent on examples that withstood the plan, or on any where none did. */
  readonly ascent:
    | { readonly of: 'standing' | 'all'; readonly steps: number; readonly stepSize: number; readonly runs: readonly Ascent[] }
    | undefined;
  /** The same attack from scratch in balls of these multiples of epsilon. */
  readonly balls: readonly { readonly factor: number; readonly ran: RanAttack }[];
  /** The same in the ball of epsilon without the stand-ins that the user gave; undefined where none were. */
  readonly bare: RanAttack | undefined;
  /** A ball as large as the data's range; undefined where the data has none. */
  readonly whole: { readonly epsilon: number; readonly ran: RanAttack } | undefined;
  /** What a few examples saw of the model's inside; empty where it cannot be taken apart. */
  readonly anatomy: readonly (readonly Passage[])[];
}
