/** How uneven shares are: the Gini coefficient. */

/** Σ (2k − n − 1)·p_k / n for the shares p (sum 1) in rising order: 0 where all are the same, 1 − 1/n where one is everything. */
export function giniOf(shares: ArrayLike<number>): number {
  const n = shares.length;
  const rising = Array.from(shares).sort((a, b) => a - b);
  return rising.reduce((sum, share, k) => sum + (2 * (k + 1) - n - 1) * share, 0) / n;
}
