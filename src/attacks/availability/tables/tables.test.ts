import { describe, expect, it } from 'vitest';
import { type EncodedColumn, elementOf, numberOf, type PortsEncoding } from '../../../model/ports-encoding.ts';
import { keyedRng } from '../../../rng/rng.ts';
import { TABLE_CORRUPTIONS } from './registry.ts';
import { measured, type TableFacts } from './table-corruption.ts';

/** Height in cm (sd 10), income (sd 20 000, whole), a flag, a colour one-hot in three columns, a city as text. */
const column = (name: string, scale: number, low: number, high: number, rest: Partial<EncodedColumn> = {}): EncodedColumn => ({
  name,
  scale,
  offset: 0,
  low: low / scale,
  high: high / scale,
  whole: false,
  movable: true,
  ...rest,
});
const flag = (name: string): EncodedColumn => column(name, 0.5, 0, 1, { whole: true });
const ENCODING: PortsEncoding = {
  kind: 'ports',
  columns: [
    column('height', 10, 140, 210),
    column('income', 20000, 0, 200000, { whole: true }),
    flag('member'),
    flag('red'),
    flag('green'),
    flag('blue'),
    column('city', 1, 0, 2, { categories: ['Bonn', 'Cork', 'Lyon'], whole: true }),
  ],
  ports: [],
  groups: [[3, 4, 5]],
  certain: true,
};
const row = (values: readonly number[]): Float32Array =>
  Float32Array.from(values, (v, i) => elementOf(v, ENCODING.columns[i] as EncodedColumn));
const valuesOf = (made: Float32Array): number[] => Array.from(made, (v, i) => numberOf(v, ENCODING.columns[i] as EncodedColumn));
const START = [183.7, 41234, 1, 0, 1, 0, 2];
const FACTS: TableFacts = { encoding: ENCODING, usual: row([170, 30000, 0, 1, 0, 0, 1]), stale: row([150, 10000, 0, 0, 0, 1, 0]), seed: 4 };

const apply = (id: string, severity: number, seed = 0, from: readonly number[] = START): number[] =>
  valuesOf(
    (TABLE_CORRUPTIONS.find((unit) => unit.id === id) as (typeof TABLE_CORRUPTIONS)[number]).apply(
      row(from),
      severity,
      FACTS,
      keyedRng(seed, id),
    ),
  );
const seeds = Array.from({ length: 60 }, (_, i) => i);
const changed = (made: readonly number[]): number[] => made.flatMap((v, i) => (Math.abs(v - (START[i] as number)) > 1e-3 ? [i] : []));

describe('corruptions of rows', () => {
  it('know measured numbers from flags and categories', () => {
    expect(measured(ENCODING)).toEqual([0, 1]);
  });

  it('change units of one measured number, and of no other', () => {
    for (const seed of seeds) {
      const made = apply('unit_error', 3, seed);
      expect(changed(made)).toHaveLength(1);
      const [at] = changed(made) as [number];
      expect(at).toBeLessThan(2);
      expect(made[at] as number).toBeCloseTo(10 * (START[at] as number), 0);
    }
  });

  it('swap, round and stay whole', () => {
    expect(apply('swapped_columns', 1)[0]).toBeCloseTo(41234, 1);
    expect(apply('swapped_columns', 1)[1]).toBe(184);
    expect(apply('rounding', 1).slice(0, 2).map(Math.round)).toEqual([184, 41200]);
    expect(apply('rounding', 3).slice(0, 2).map(Math.round)).toEqual([200, 40000]);
    expect(apply('rounding', 5).slice(0, 2).map(Math.round)).toEqual([100, 100000]);
  });

  it('blank a one-hot group as a whole, a category as none', () => {
    const made = seeds.map((seed) => apply('missing_zero', 5, seed));
    const groups = new Set(made.map((values) => values.slice(3, 6).join()));
    expect(groups).toEqual(new Set(['0,1,0', '0,0,0']));
    expect(new Set(made.map((values) => values[6]))).toEqual(new Set([2, -1]));
    const sentinel = seeds.map((seed) => apply('missing_sentinel', 5, seed));
    expect(new Set(sentinel.map(([height]) => Math.round(height as number)))).toEqual(new Set([184, -999]));
    expect(new Set(sentinel.map((values) => values.slice(3, 6).join()))).toEqual(groups);
    const usual = seeds.map((seed) => apply('missing_usual', 5, seed));
    expect(new Set(usual.map((values) => values.slice(3, 6).join()))).toEqual(new Set(['0,1,0', '1,0,0']));
    // Half of five fields: two or three.
    for (const values of usual) expect(new Set(changed(values).map((i) => (i >= 3 && i <= 5 ? 3 : i))).size).toBeLessThanOrEqual(3);
  });

  it('pick another category, one-hot', () => {
    const made = seeds.map((seed) => apply('wrong_category', 1, seed));
    for (const values of made) {
      expect((values[3] as number) + (values[4] as number) + (values[5] as number)).toBe(1);
      const isColour = values[4] === 0;
      expect(isColour).toBe(values[6] === 2);
    }
    expect(new Set(made.map((values) => values.slice(3, 7).join())).size).toBe(4);
  });

  it('freeze the same columns in every row, and add noise of the size that they say', () => {
    const frozen = seeds.map((seed) => changed(apply('stale_columns', 3, seed)).join());
    expect(new Set(frozen).size).toBe(1);
    const noise = Array.from({ length: 2000 }, (_, seed) => (apply('measurement_noise', 5, seed)[0] as number) - 183.7);
    const sd = Math.sqrt(noise.reduce((sum, v) => sum + v * v, 0) / noise.length);
    // Five standard errors: σ/√(2n).
    expect(Math.abs(sd - 10)).toBeLessThan((5 * 10) / Math.sqrt(4000));
  });
});
