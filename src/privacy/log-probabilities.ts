/** From a model's own output to logarithms of class probabilities in double precision, without losing the digits that saturation hides. */
import type { OutputKind } from '../task/logits.ts';

/** log Σ exp, shifted by the largest; −∞ for none. */
export function logSumExp(values: Iterable<number>): number {
  const all = [...values];
  const most = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(most)) return most;
  return most + Math.log(all.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** A single score is the pair (not, yes); sigmoids of several classes are brought to sum 1. */
export function logProbabilities(scores: ArrayLike<number>, kind: OutputKind): Float64Array {
  const own = Float64Array.from(scores);
  const [only] = own;
  if (own.length === 1 && only !== undefined) {
    if (kind !== 'sigmoid') return normalised(Float64Array.of(0, only));
    return Float64Array.of(Math.log1p(-only), Math.log(only));
  }
  if (kind === 'logits' || kind === 'log-probabilities') return normalised(own);
  const logs = own.map((p) => Math.log(Math.max(0, p)));
  return kind === 'sigmoid' ? normalised(logs) : logs;
}

function normalised(logits: Float64Array): Float64Array {
  const total = logSumExp(logits);
  // Infinity − Infinity is no number: the class with an infinite logit has probability 1.
  return logits.map((z) => (z === total ? 0 : z - total));
}
