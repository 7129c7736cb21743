/** How far an answer is from being wrong, from a model's scores: the margin loss of Carlini & Wagner (arXiv:1608.04644, f6). */
import type { OutputKind } from '../task/logits.ts';

/** What counts as success: any class but the label, or one chosen class. */
export interface Wanted {
  readonly label: number;
  readonly goal?: number | undefined;
}

/** One score for each class, in which differences mean most: probabilities as logarithms, a single score as a pair. */
export function classScores(scores: Float32Array, kind: OutputKind): Float32Array {
  const [only] = scores;
  if (scores.length === 1 && only !== undefined)
    return kind === 'sigmoid' ? Float32Array.of(Math.log(1 - only), Math.log(only)) : Float32Array.of(0, only);
  if (kind === 'logits' && !isDistribution(scores)) return scores;
  return kind === 'log-probabilities' ? scores : scores.map(Math.log);
}

/** Are these probabilities already, from a model that ends in something else than Softmax (a tree ensemble, a mean of networks)? */
export function isDistribution(scores: Float32Array): boolean {
  return scores.every((score) => score >= 0 && score <= 1) && Math.abs(scores.reduce((sum, score) => sum + score, 0) - 1) <= 1e-3;
}

/** Positive where the model is fooled, and the larger, the surer it is of the wrong class; −∞ for answers that are no numbers. */
export function marginOf(scores: Float32Array, { label, goal }: Wanted): number {
  const favoured = goal ?? label;
  const own = scores[favoured] as number;
  let other = Number.NEGATIVE_INFINITY;
  for (const [i, score] of scores.entries()) if (i !== favoured && score > other) other = score;
  const margin = goal === undefined ? other - own : own - other;
  if (scores.some(Number.isNaN)) return Number.NEGATIVE_INFINITY;
  // log 0 on both sides says nothing of which is larger.
  return Number.isNaN(margin) ? 0 : margin;
}
