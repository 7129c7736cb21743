/** Draws from a binomial distribution, by inversion outwards from the mode (Devroye, "Non-uniform random variate generation", 1986, II.3.4). */
import type { Rng } from '../rng/rng.ts';

const SMALL = 16;
const FACTORIALS = Array.from({ length: SMALL }, (_, n) => Array.from({ length: n }, (_, i) => Math.log(i + 1)).reduce((a, b) => a + b, 0));

/** ln n!, by Stirling's series where n is not small; relative error below 1e-14. */
export function logFactorial(n: number): number {
  if (n < SMALL) return FACTORIALS[n] as number;
  const tail = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5) - 1 / (1680 * n ** 7);
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + tail;
}

/** How many of `n` trials succeed, each with probability `p`; about √(n·p·(1 − p)) steps. */
export function drawBinomial(rng: Rng, n: number, p: number): number {
  if (n === 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const odds = p / (1 - p);
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const peak = Math.exp(logFactorial(n) - logFactorial(mode) - logFactorial(n - mode) + mode * Math.log(p) + (n - mode) * Math.log1p(-p));
  let left = rng.uniform() - peak;
  if (left < 0) return mode;
  let [up, above, down, below] = [mode, peak, mode, peak];
  // Every step takes one value's probability off; rounding can leave a rest that no value has.
  while (up < n || down > 0) {
    if (up < n) {
      above *= (odds * (n - up)) / (up + 1);
      up++;
      left -= above;
      if (left < 0) return up;
    }
    if (down > 0) {
      below *= down / (odds * (n - down + 1));
      down--;
      left -= below;
      if (left < 0) return down;
    }
  }
  return mode;
}
