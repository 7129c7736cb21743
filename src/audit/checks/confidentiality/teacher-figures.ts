/** What twins, blank pictures and weights say of a network that may stand behind the audited one. */
import type { Kinship, SharedWeight } from '../../../model/kinship.ts';
import { sizeOf } from '../../../onnx/tensor.ts';
import { type Proportion, proportion } from '../../../stats/proportion.ts';
import type { TwinReply } from '../../tasks/twins.ts';

export interface Fingerprint {
  /** Twins that get their example's label. */
  readonly agreement: Proportion;
  /** Share that would agree if the answers to twins had nothing to do with the examples. */
  readonly chance: number;
  /** Mean distance that twins kept behind the layer. */
  readonly gap: number;
  readonly gini: { readonly blank: number; readonly examples: number } | undefined;
  /** Shares of the numbers in matrices and kernels. */
  readonly weights: { readonly same: number; readonly alike: number } | undefined;
}

/** Twins further than this from their example have not become it. */
export const NEAR = 0.5;
/** A cosine that independent weights of 128 numbers reach once in 10⁸ times. */
const ALIKE = 0.5;

export function fingerprintOf(replies: readonly TwinReply[], kinship: Kinship | undefined): Fingerprint {
  const n = replies.length;
  const agreement = proportion(replies.filter(({ label, twin }) => label === twin).length, n);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const ginis = replies.flatMap(({ gini }) => (gini ? [gini] : []));
  return {
    agreement,
    chance: chanceOf(replies),
    gap: mean(replies.map(({ gap }) => gap)),
    gini:
      ginis.length === n ? { blank: mean(ginis.map(([blank]) => blank)), examples: mean(ginis.map(([, example]) => example)) } : undefined,
    weights: kinship && weightsOf(kinship),
  };
}

/** Σ over classes of their shares among the answers to examples and to twins. */
function chanceOf(replies: readonly TwinReply[]): number {
  const count = (of: readonly number[], label: number): number => of.filter((one) => one === label).length / of.length;
  const [examples, twins] = [replies.map(({ label }) => label), replies.map(({ twin }) => twin)];
  return [...new Set(examples)].reduce((sum, label) => sum + count(examples, label) * count(twins, label), 0);
}

function weightsOf({ pairs, numbers }: Kinship): NonNullable<Fingerprint['weights']> {
  const part = (fits: (pair: SharedWeight) => boolean): number =>
    numbers === 0 ? 0 : pairs.filter(fits).reduce((sum, { shape }) => sum + sizeOf(shape), 0) / numbers;
  return { same: part(({ isSame }) => isSame), alike: part(({ cosine }) => cosine >= ALIKE) };
}
