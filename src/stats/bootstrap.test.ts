import { describe, expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { type Bootstrapped, bootstrap } from './bootstrap.ts';

describe('bootstrap', () => {
  it('gives for a mean what the normal approximation gives, at large n', () => {
    const values = new Float32Array(2000);
    keyedRng(3, 'sample').fillNormal(values, 2);
    const mean = (of: ArrayLike<number>): number => Array.from(of).reduce((sum, v) => sum + v, 0) / of.length;
    const [first] = bootstrap(values.length, [(positions) => mean(Array.from(positions, (i) => values[i] as number))], {
      seed: 1,
      key: ['mean'],
    });
    const { low, high } = first as Bootstrapped;
    const [centre, reach] = [mean(values), (1.96 * 2) / Math.sqrt(2000)];
    // The ends are quantiles of 2 000 draws: their own error is about 1/20 of the reach; three of these.
    expect(Math.abs(low - (centre - reach))).toBeLessThan(0.15 * reach);
    expect(Math.abs(high - (centre + reach))).toBeLessThan(0.15 * reach);
  });

  it('covers the true mean about as often as it says', () => {
    let covered = 0;
    for (let i = 0; i < 200; i++) {
      const rng = keyedRng(i, 'coverage');
      const values = Array.from({ length: 60 }, () => rng.uniform());
      const mean = (positions: Int32Array): number => positions.reduce((sum, at) => sum + (values[at] as number), 0) / 60;
      const { low, high } = bootstrap(60, [mean], { seed: i, key: ['coverage'], draws: 400 })[0] as Bootstrapped;
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    // Nominal 0.95; binomial with n = 200: below 0.89 or above 0.99 once in some thousand times.
    expect(covered / 200).toBeGreaterThan(0.89);
    expect(covered / 200).toBeLessThan(0.995);
  });

  it('depends on seed and key only', () => {
    const one = (seed: number, key: string): unknown => bootstrap(10, [(at) => at[0] as number], { seed, key: [key], draws: 50 });
    expect(one(1, 'a')).toEqual(one(1, 'a'));
    expect(bootstrap(1, [() => 7, () => 8], { seed: 0, key: [] })).toEqual([
      { low: 7, high: 7, draws: 2000 },
      { low: 8, high: 8, draws: 2000 },
    ]);
  });
});
