/** Calibration of confidences: expected calibration error by bins (Naeini et al., AAAI 2015; Guo et al., arXiv:1706.04599) and what it would be by chance alone. */
import type { Rng } from '../rng/rng.ts';

export interface Bin {
  readonly n: number;
  readonly correct: number;
  /** Mean confidence. */
  readonly confidence: number;
}

/** Which bin each confidence belongs to, of `count` bins. */
export type Binning = (confidences: ArrayLike<number>, count: number) => Int32Array;

/** ((b − 1)/B, b/B]; 0 belongs to the first. */
export const equalWidth: Binning = (confidences, count) =>
  Int32Array.from(confidences, (c) => Math.min(count - 1, Math.max(0, Math.ceil(c * count) - 1)));

/** As many in each bin as ties allow: equal confidences share the bin of the first of them. */
export const equalMass: Binning = (confidences, count) => {
  const order = [...Array(confidences.length).keys()].sort((a, b) => (confidences[a] as number) - (confidences[b] as number));
  const bins = new Int32Array(confidences.length);
  let first = 0;
  for (const [rank, i] of order.entries()) {
    if (confidences[i] !== confidences[order[first] as number]) first = rank;
    bins[i] = Math.floor((first * count) / order.length);
  }
  return bins;
};

/** @param weights how often each example counts; once when absent */
export function binned(
  confidences: ArrayLike<number>,
  correct: ArrayLike<number>,
  of: Int32Array,
  count: number,
  weights?: Int32Array,
): Bin[] {
  const [n, right, sum] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < of.length; i++) {
    const b = of[i] as number;
    const w = weights ? (weights[i] as number) : 1;
    n[b] = (n[b] as number) + w;
    right[b] = (right[b] as number) + w * (correct[i] as number);
    sum[b] = (sum[b] as number) + w * (confidences[i] as number);
  }
  return Array.from(n, (size, b) => ({ n: size, correct: right[b] as number, confidence: size === 0 ? 0 : (sum[b] as number) / size }));
}

const gapOf = ({ n, correct, confidence }: Bin): number => (n === 0 ? 0 : Math.abs(correct / n - confidence));

/** Σ n_b/n · |accuracy_b − confidence_b|. */
export function expectedError(bins: readonly Bin[]): number {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  return bins.reduce((sum, bin) => sum + (bin.n / n) * gapOf(bin), 0);
}

/** The largest gap of a bin, however few examples it holds. */
export const maximumError = (bins: readonly Bin[]): number => bins.reduce((most, bin) => Math.max(most, gapOf(bin)), 0);

/** Errors in ascending order that perfectly calibrated confidences of these values would show: answers are drawn to be right as often as they say. */
export function errorsByChance(confidences: ArrayLike<number>, of: Int32Array, count: number, rng: Rng, draws: number): Float64Array {
  return Float64Array.from({ length: draws }, () => {
    const correct = Uint8Array.from(confidences, (c) => (rng.uniform() < c ? 1 : 0));
    return expectedError(binned(confidences, correct, of, count));
  }).sort();
}

/** Draws of how often each of n examples counts in a bootstrap sample. */
export function* resamples(n: number, rng: Rng, draws: number): Generator<Int32Array> {
  for (let draw = 0; draw < draws; draw++) {
    const weights = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const j = rng.int(n);
      weights[j] = (weights[j] as number) + 1;
    }
    yield weights;
  }
}
