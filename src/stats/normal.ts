/** The normal distribution's quantiles. */
import erfcinv from '@stdlib/math-base-special-erfcinv';

/** Φ⁻¹(p): −Infinity at 0, Infinity at 1; to about 1e-15 relative. NaN for p outside [0, 1]. */
export function normalQuantile(p: number): number {
  return -Math.SQRT2 * erfcinv(2 * p);
}
