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

export type Statistic = (positions: Int32Array) => number;

/** Draws samples of n positions with replacement; each statistic gets every one of them, and its interval is that of its values. */
export function bootstrap(
  n: number,
  statistics: readonly Statistic[],
  { seed, key, draws = 2000, confidence = 0.95 }: BootstrapOptions,
): Bootstrapped[] {
  const rng = keyedRng(seed, 'bootstrap', ...key);
  const positions = new Int32Array(n);
  const values = statistics.map(() => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < n; i++) positions[i] = rng.int(n);
    for (const [k, statistic] of statistics.entries()) (values[k] as Float64Array)[draw] = statistic(positions);
  }
  const tail = (1 - confidence) / 2;
  return values.map((own) => ({ low: quantile(own, tail), high: quantile(own, 1 - tail), draws }));
}
