import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import { keyWords } from './key.ts';
import { normalPool, uniformPool } from './pools.ts';
import { keyedRng } from './rng.ts';

const draw = (seed: number, ...key: (string | number)[]): number[] => {
  const out = new Float32Array(16);
  keyedRng(seed, ...key).fillUniform(out, 0, 1);
  return [...out];
};

describe('keyedRng', () => {
  it('gives the same stream for the same seed and key, and another for any other', () => {
    const keys: [number, ...(string | number)[]][] = [
      [0],
      [1],
      [-1],
      [0.5],
      [2 ** 40],
      [0, ''],
      [0, 'a'],
      [0, 'b'],
      [0, 'a', 'b'],
      [0, 'ab'],
      [0, 'ab', 'c'],
      [0, 'a', 'bc'],
      [0, 1],
      [0, '1'],
      [0, 'pgd', 3, 'start'],
      [0, 'pgd', 4, 'start'],
      [1, 'pgd', 3, 'start'],
    ];
    const streams = keys.map(([seed, ...key]) => draw(seed, ...key).join());
    expect(new Set(streams).size).toBe(keys.length);
    expect(keys.map(([seed, ...key]) => draw(seed, ...key).join())).toEqual(streams);
  });

  it('is the same on every machine and in every version', () => {
    expect(keyWords(['pgd', 3, 'start'])).toEqual([4138356971, 2507655040]);
    const rng = keyedRng(42, 'pgd', 3, 'start');
    expect([rng.int(1000), rng.int(1000), rng.int(1000), rng.int(1000), rng.int(1000)]).toEqual([359, 566, 828, 374, 41]);
  });

  it('does not depend on what other streams have drawn', () => {
    const first = keyedRng(7, 'x');
    const other = keyedRng(7, 'y');
    const mixed = Array.from({ length: 9 }, () => {
      other.uniform();
      return first.uniform();
    });
    const alone = keyedRng(7, 'x');
    expect(mixed).toEqual(Array.from({ length: 9 }, () => alone.uniform()));
  });

  it('has no collisions among 100 000 sample keys', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) seen.add(keyWords(['sample', i]).join());
    expect(seen.size).toBe(100_000);
  });

  it('refuses a seed that is no number', () => {
    expect(() => keyedRng(Number.NaN)).toThrow(GibbonError);
    expect(() => keyedRng(0).int(0)).toThrow(GibbonError);
    expect(() => keyedRng(0).int(1.5)).toThrow(GibbonError);
  });
});

describe('Rng', () => {
  it('draws uniform numbers in [0, 1) with the right moments', () => {
    const rng = keyedRng(1, 'moments');
    const n = 100_000;
    let sum = 0;
    let squares = 0;
    let outside = 0;
    for (let i = 0; i < n; i++) {
      const u = rng.uniform();
      if (u < 0 || u >= 1) outside++;
      sum += u;
      squares += u * u;
    }
    expect(outside).toBe(0);
    // Five standard errors of the mean of u (sd 0.2887) and of u² (sd 0.2981).
    expect(Math.abs(sum / n - 1 / 2)).toBeLessThan((5 * 0.2887) / Math.sqrt(n));
    expect(Math.abs(squares / n - 1 / 3)).toBeLessThan((5 * 0.2981) / Math.sqrt(n));
  });

  it('draws integers evenly: chi-square over seven classes below its 99.99 % quantile', () => {
    const rng = keyedRng(2, 'int');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) {
      const k = rng.int(7);
      counts[k] = (counts[k] ?? 0) + 1;
    }
    const chi = counts.reduce((total, count) => total + (count - 10_000) ** 2 / 10_000, 0);
    expect(chi).toBeLessThan(27.86);
    expect(keyedRng(0).int(1)).toBe(0);
    expect(keyedRng(0).int(2 ** 32)).toBeLessThan(2 ** 32);
  });

  it('fills with uniform numbers inside the bounds', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: -1, max: 0, noNaN: true }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (seed, low, high) => {
          const out = new Float32Array(33);
          keyedRng(seed).fillUniform(out, low, high);
          return out.every((v) => v >= Math.fround(low) && v <= Math.fround(high));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('fills with normal numbers: mean, variance and the two-sigma share', () => {
    const out = new Float32Array(100_001);
    keyedRng(3, 'normal').fillNormal(out, 2);
    const mean = out.reduce((a, b) => a + b, 0) / out.length;
    const variance = out.reduce((a, b) => a + b * b, 0) / out.length;
    const within = out.filter((v) => Math.abs(v) < 2 * 1.959964).length / out.length;
    expect(Math.abs(mean)).toBeLessThan(0.032);
    expect(Math.abs(variance - 4)).toBeLessThan(0.09);
    expect(Math.abs(within - 0.95)).toBeLessThan(0.0035);
  });

  it('fills with signs: as many of each, and neighbours independent', () => {
    const out = new Float32Array(100_001);
    keyedRng(6, 'signs').fillSigns(out);
    expect(out.every((v) => v === 1 || v === -1)).toBe(true);
    // Five standard deviations of a sum of so many signs, alone, times the next one, and times the one a word later.
    for (const lag of [0, 1, 31, 32]) {
      const sum = out.reduce((total, v, i) => total + v * (lag === 0 ? 1 : (out[i + lag] ?? 0)), 0);
      expect(Math.abs(sum)).toBeLessThan(5 * Math.sqrt(out.length));
    }
  });

  it('fills from a pool: every entry as likely, and neighbours independent', () => {
    const out = new Float32Array(100_001);
    keyedRng(7, 'pool').fillFrom(
      out,
      Float32Array.from({ length: 2 ** 16 }, (_, i) => i),
    );
    // Which of 16 equal parts of the pool each comes from, and the next one; chi-square with 255 degrees of freedom, 99.99 % quantile.
    const pairs = new Array<number>(256).fill(0);
    for (let i = 0; i < 100_000; i++) pairs[((out[i] as number) >> 12) * 16 + ((out[i + 1] as number) >> 12)]!++;
    const chi = pairs.reduce((total, count) => total + (count - 100_000 / 256) ** 2 / (100_000 / 256), 0);
    expect(chi).toBeLessThan(347);
    // Low bits too: the mean of a number's last four, 7.5 with a standard deviation of 4.61.
    const low = out.reduce((sum, v) => sum + (v & 15), 0) / out.length;
    expect(Math.abs(low - 7.5)).toBeLessThan((5 * 4.61) / Math.sqrt(out.length));
  });

  it('has pools of mean 0 and the moments of their distributions', () => {
    const [normal, uniform] = [normalPool(), uniformPool()];
    const moment = (pool: Float32Array, power: number): number => pool.reduce((sum, v) => sum + v ** power, 0) / pool.length;
    expect(moment(normal, 1)).toBeCloseTo(0, 12);
    expect(moment(uniform, 1)).toBeCloseTo(0, 12);
    // Five standard errors over 2^15 independent draws: variances 2, 96 and 4/45 of z², z⁴ and u².
    const errors = 5 / Math.sqrt(2 ** 15);
    expect(Math.abs(moment(normal, 2) - 1)).toBeLessThan(Math.sqrt(2) * errors);
    expect(Math.abs(moment(normal, 4) - 3)).toBeLessThan(Math.sqrt(96) * errors);
    expect(Math.abs(moment(uniform, 2) - 1 / 3)).toBeLessThan(Math.sqrt(4 / 45) * errors);
  });

  it('shuffles a copy: a permutation, and each position equally likely', () => {
    const items = Object.freeze([0, 1, 2, 3]);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = keyedRng(4, i).shuffle(items).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-square with 23 degrees of freedom, 99.99 % quantile.
    const chi = [...counts.values()].reduce((total, count) => total + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(55.9);
  });

  it('is fast enough to fill an ImageNet image within a step', () => {
    const out = new Float32Array(150_528);
    keyedRng(0).fillUniform(out, -1, 1);
    const start = process.cpuUsage();
    for (let i = 0; i < 10; i++) keyedRng(i).fillUniform(out, -1, 1);
    // Measured 2 to 3 ms each, of CPU time since test machines are shared; the bound only catches a collapse.
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e4).toBeLessThan(60);
  });
});
