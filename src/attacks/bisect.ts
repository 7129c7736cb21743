/** Bisection on the answers of a model of which only labels are seen. */
import type { LabelQueries } from './label-queries.ts';

export interface Way {
  /** The point at `high`, which fools the model. */
  readonly point: Float32Array;
  readonly high: number;
  /** A t that does not fool the model; 0 when absent. */
  readonly low?: number;
  at(t: number): Promise<Float32Array>;
  /** Width of the interval that ends the search. */
  readonly threshold: number;
}

/** Bisects t between `low` and `high`, in float32; returns the last point that fooled the model, and its t. */
export async function bisect(
  queries: Pick<LabelQueries, 'left' | 'fools'>,
  { point, low: from = 0, high, at, threshold }: Way,
): Promise<{ point: Float32Array; t: number }> {
  let [low, top, best] = [from, high, point];
  while (top - low > threshold && queries.left > 0) {
    const middle = Math.fround((low + top) / 2);
    if (middle === low || middle === top) break;
    const tried = await at(middle);
    if (await queries.fools(tried)) [top, best] = [middle, tried];
    else low = middle;
  }
  return { point: best, t: top };
}
