/** The rank test of Mann and Whitney (1947): are values of one sample larger than those of another? Normal approximation with ties and continuity. */

export interface RankTest {
  /** Pairs in which the first sample's value is larger, ties counted half. */
  readonly u: number;
  /** One-sided: the probability of so large a U where both samples come from one distribution. */
  readonly p: number;
}

/** For samples of at least about eight values each. */
export function mannWhitney(larger: readonly number[], smaller: readonly number[]): RankTest {
  const [m, n] = [larger.length, smaller.length];
  const all = [...larger.map((value) => ({ value, own: true })), ...smaller.map((value) => ({ value, own: false }))].sort(
    (a, b) => a.value - b.value,
  );
  let [ranks, ties] = [0, 0];
  for (let at = 0; at < all.length; ) {
    let end = at;
    while (end < all.length && all[end]?.value === all[at]?.value) end++;
    const size = end - at;
    // Ranks from 1: tied values share their mean.
    for (let i = at; i < end; i++) if (all[i]?.own) ranks += (at + end + 1) / 2;
    ties += size ** 3 - size;
    at = end;
  }
  const u = ranks - (m * (m + 1)) / 2;
  const total = m + n;
  const variance = ((m * n) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (variance <= 0) return { u, p: 1 };
  return { u, p: upperTail((u - (m * n) / 2 - 0.5) / Math.sqrt(variance)) };
}

/** P(Z ≥ z), from erfc by the continued fraction's fit of Numerical Recipes (erfcc; relative error below 1.2e-7). */
function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const terms = [1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const sum = terms.reduceRight((inner, term) => term + t * inner, 0);
  const erfc = t * Math.exp(-x * x - 1.26551223 + t * sum);
  return z >= 0 ? erfc / 2 : 1 - erfc / 2;
}
