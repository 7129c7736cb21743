/** Quantiles of a sample, where Infinity may stand for "never happened" (e.g. the distance of an attack that failed). */
import { GibbonError } from '../base/errors.ts';

/**
 * The `p`-quantile by linear interpolation between order statistics (R's type 7, NumPy's default).
 * Between a finite value and Infinity the answer is Infinity.
 * @param p in [0, 1]
 * @throws GibbonError E_INTERNAL for no values, a NaN, or p outside [0, 1]
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) throw new GibbonError('E_INTERNAL', 'No quantile of no values.');
  if (sorted.some(Number.isNaN)) throw new GibbonError('E_INTERNAL', 'No quantile of values that contain NaN.');
  if (!(p >= 0 && p <= 1)) throw new GibbonError('E_INTERNAL', `A quantile's order lies in [0, 1], unlike ${p}.`);
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const fraction = position - below;
  // Without this, 0 · Infinity would make a NaN of an exact hit.
  if (fraction === 0) return low;
  const high = sorted[below + 1] as number;
  return low === high ? low : low + fraction * (high - low);
}

/** The median; with an even number of values the mean of the middle two. Errors as for `quantile`. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}
