/** The score interval of a proportion (Wilson, Journal of the American Statistical Association 22, 1927). */

/** The 97.5 % quantile of the normal distribution. */
export const Z95 = 1.959963984540054;

/** Two-sided 95 %; n ≥ 1. */
export function wilson(count: number, n: number): { low: number; high: number } {
  const share = count / n;
  const z2 = Z95 ** 2;
  const middle = share + z2 / (2 * n);
  const half = Z95 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return { low: count === 0 ? 0 : (middle - half) / (1 + z2 / n), high: count === n ? 1 : (middle + half) / (1 + z2 / n) };
}
