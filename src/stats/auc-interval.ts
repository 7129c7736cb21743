/** Intervals for the area under a ROC curve: DeLong's variance (Biometrics 44, 1988) on the logit scale, and Newcombe's method 5 (Stat. Med. 25, 2006) where that variance is 0. */
import { aucOf, type Roc } from './roc.ts';

/** Normal quantile of a two-sided 95 % interval. */
const Z = 1.959963984540054;

export interface AucInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Which of the two made the interval. */
  readonly method: 'DeLong, logit scale' | 'Newcombe, method 5';
}

/** Variance of the area: that of the positives' placements over their number, and the same for negatives. Infinite with fewer than two of either. */
export function delongVariance({ steps, positives, negatives }: Roc): number {
  let [above, below] = [0, negatives];
  const [ofPositives, ofNegatives] = [moments(), moments()];
  for (const step of steps) {
    below -= step.negatives;
    ofPositives.add((below + step.negatives / 2) / negatives, step.positives);
    ofNegatives.add((above + step.positives / 2) / positives, step.negatives);
    above += step.positives;
  }
  return ofPositives.variance() / positives + ofNegatives.variance() / negatives;
}

/** Sample variance of values that come in groups, by Welford's updates. */
function moments() {
  let [n, mean, squares] = [0, 0, 0];
  return {
    add: (value: number, count: number): void => {
      if (count === 0) return;
      n += count;
      const delta = value - mean;
      mean += (delta * count) / n;
      squares += count * delta * (value - mean);
    },
    variance: (): number => (n < 2 ? Number.POSITIVE_INFINITY : squares / (n - 1)),
  };
}

/** The area with its two-sided 95 % interval. */
export function aucInterval(roc: Roc): AucInterval {
  const value = aucOf(roc);
  const variance = delongVariance(roc);
  if (!(variance > 0) || value <= 0 || value >= 1) return { value, ...newcombe(value, roc), method: 'Newcombe, method 5' };
  const centre = Math.log(value / (1 - value));
  const reach = (Z * Math.sqrt(variance)) / (value * (1 - value));
  const back = (logit: number): number => 1 / (1 + Math.exp(-logit));
  return { value, low: back(centre - reach), high: back(centre + reach), method: 'DeLong, logit scale' };
}

/** All areas θ from which the found one is less than z standard errors away, by the variance that θ itself would have: never of width 0. */
function newcombe(value: number, { positives: m, negatives: n }: Roc): { low: number; high: number } {
  const star = (m + n) / 2 - 1;
  const error = (θ: number): number => Math.sqrt((θ * (1 - θ) * (1 + star * ((1 - θ) / (2 - θ) + θ / (1 + θ)))) / (m * n));
  const end = (from: number): number => {
    let [inside, outside] = [value, from];
    for (let i = 0; i < 60; i++) {
      const middle = (inside + outside) / 2;
      if (Math.abs(value - middle) <= Z * error(middle)) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return { low: end(0), high: end(1) };
}
