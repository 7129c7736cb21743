/** The percentile bootstrap over examples (Efron & Tibshirani 1993, ch. 13): for figures that several answers on one example go into. */
import { keyedRng } from '../rng/rng.ts';
import { quantile } from './quantile.ts';

export interface Bootstrapped {
  readonly low: number;
  readonly high: number;
  readonly draws: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Whose figure it is. */
  readonly key: readonly (string | number)[];
  readonly draws?: number;
  /** Two-sided, in (0, 1). */
  readonly confidence?: number;
}

/** Draws samples of n positions with replacement; `statistic` gets each, and the interval is that of its values. */
export function bootstrap(
  n: number,
  statistic: (positions: Int32Array) => number,
  { seed, key, draws = 2000, confidence = 0.95 }: BootstrapOptions,
): Bootstrapped {
  const rng = keyedRng(seed, 'bootstrap', ...key);
  const positions = new Int32Array(n);
  const values = Float64Array.from({ length: draws }, () => {
    for (let i = 0; i < n; i++) positions[i] = rng.int(n);
    return statistic(positions);
  });
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail), draws };
}
