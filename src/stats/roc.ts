/** Receiver operating characteristic of a score that should be higher for positives; ties are one step of the curve, so every figure is exact (mid-ranks). */

/** How many positives and negatives have the same score; steps are in descending order of the score. */
export interface RocStep {
  readonly score: number;
  readonly positives: number;
  readonly negatives: number;
}

export interface Roc {
  readonly steps: readonly RocStep[];
  readonly positives: number;
  readonly negatives: number;
}

export interface RocPoint {
  /** Everything with this score or a higher one is called positive. */
  readonly threshold: number;
  readonly fpr: number;
  readonly tpr: number;
}

/** Scores may be infinite; NaN has no place in an order. */
export function rocOf(positives: ArrayLike<number>, negatives: ArrayLike<number>): Roc {
  const counts = new Map<number, { positives: number; negatives: number }>();
  const count = (scores: ArrayLike<number>, side: 'positives' | 'negatives'): void => {
    for (const score of Array.from(scores)) {
      const key = score === 0 ? 0 : score;
      const step = counts.get(key) ?? { positives: 0, negatives: 0 };
      step[side]++;
      counts.set(key, step);
    }
  };
  count(positives, 'positives');
  count(negatives, 'negatives');
  const steps = [...counts].map(([score, both]) => ({ score, ...both })).sort((a, b) => (a.score < b.score ? 1 : -1));
  return { steps, positives: positives.length, negatives: negatives.length };
}

/** The corners of the curve, from (0, 0) to (1, 1). */
export function rocPoints({ steps, positives, negatives }: Roc): RocPoint[] {
  let [tp, fp] = [0, 0];
  const points: RocPoint[] = [{ threshold: Number.POSITIVE_INFINITY, fpr: 0, tpr: 0 }];
  for (const step of steps) {
    tp += step.positives;
    fp += step.negatives;
    points.push({ threshold: step.score, fpr: fp / negatives, tpr: tp / positives });
  }
  return points;
}

/** P(positive > negative) + ½ P(equal): the area under the curve. */
export function aucOf({ steps, positives, negatives }: Roc): number {
  let [above, area] = [0, 0];
  for (const step of steps) {
    area += step.negatives * (above + step.positives / 2);
    above += step.positives;
  }
  return area / (positives * negatives);
}

/** The corner of most positives among those whose share of false positives is at most `fpr`: nothing is interpolated. */
export function cornerAt(roc: Roc, fpr: number): RocPoint {
  const corners = rocPoints(roc).filter((point) => point.fpr <= fpr);
  return corners.at(-1) as RocPoint;
}

/** The corner furthest above the diagonal (Youden's J, Yeom's advantage): the highest threshold where several are. */
export function bestCorner(roc: Roc): RocPoint {
  return rocPoints(roc).reduce((best, point) => (point.tpr - point.fpr > best.tpr - best.fpr ? point : best));
}
