/** Whatever is proposed for a table whose columns are related, only rows that keep the relations come out of it, no further away than the ball allows. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import type { Session } from '../runtime/runtime.ts';
import { NORMS, type Norm } from '../threat/ball.ts';
import { readRelation } from '../threat/read-relation.ts';
import { keeps } from '../threat/relation.ts';
import { feasible } from './feasible.ts';
import { type EncodedColumn, elementOf, numberOf, type PortsEncoding } from './ports-encoding.ts';
import type { Target } from './target.ts';

const number = (name: string, scale: number, low: number, high: number, more: Partial<EncodedColumn> = {}): EncodedColumn => {
  const offset = more.offset ?? 0;
  return {
    name,
    scale,
    offset,
    low: elementOf(low, { scale, offset }),
    high: elementOf(high, { scale, offset }),
    whole: false,
    movable: true,
    ...more,
  };
};

/** A total of whole numbers, a ratio, an order, a rounded mean, and a column of its own. */
const COLUMNS = [
  number('rent', 130, 0, 900, { whole: true }),
  number('food', 75, 0, 600, { whole: true }),
  number('spent', 160, 0, 1500, { whole: true }),
  number('income', 800, 500, 5000),
  number('share', 0.2, 0, 3),
  number('first', 9, 2000, 2050, { whole: true, offset: 2020 }),
  number('last', 9, 2000, 2060, { whole: true, offset: 2020 }),
  number('fixed', 1, 0, 10, { movable: false }),
  number('own', 1, -3, 3),
];
const NAMES = COLUMNS.map(({ name }) => name);
const RELATIONS = ['spent = rent + food', 'share = spent / income', 'first <= last', 'own <= fixed'].map((text) =>
  readRelation(text, (name) => NAMES.indexOf(name)),
);
const encodingOf = (relations = RELATIONS): PortsEncoding => ({
  kind: 'ports',
  columns: COLUMNS,
  ports: [],
  groups: [],
  relations,
  certain: true,
});

const loaded = new Map<string, Promise<Session>>();
const target: Pick<Target, 'arithmetic' | 'size'> = {
  size: COLUMNS.length,
  arithmetic: async (id, define) => {
    const g = newGraph();
    const loading = loaded.get(id) ?? ortNode.load(g.finish({ ...define(g) }));
    loaded.set(id, loading);
    const session = await loading;
    return (feeds) => session.run(feeds);
  },
};
afterAll(async () => {
  for (const session of loaded.values()) await (await session).release();
});

const rows = fc
  .record({
    rent: fc.integer({ min: 0, max: 900 }),
    food: fc.integer({ min: 0, max: 600 }),
    income: fc.integer({ min: 500, max: 5000 }),
    first: fc.integer({ min: 2000, max: 2050 }),
    years: fc.integer({ min: 0, max: 10 }),
    fixed: fc.integer({ min: 0, max: 10 }),
    own: fc.integer({ min: -3, max: 0 }),
  })
  .map(({ rent, food, income, first, years, fixed, own }) =>
    Float32Array.from([rent, food, rent + food, income, (rent + food) / income, first, first + years, fixed, own], (value, i) =>
      elementOf(value, COLUMNS[i] as EncodedColumn),
    ),
  );

const size: Readonly<Record<Norm, (d: readonly number[]) => number>> = {
  linf: (d) => Math.max(...d.map(Math.abs)),
  l2: (d) => Math.hypot(...d),
  l1: (d) => d.reduce((sum, v) => sum + Math.abs(v), 0),
};

const numberAt = (row: Float32Array, at: number): number => numberOf(row[at] as number, COLUMNS[at] as EncodedColumn);

function expectKept(row: Float32Array, original: Float32Array, { norm, epsilon }: { norm: Norm; epsilon: number }): void {
  for (const relation of RELATIONS)
    expect(
      keeps(
        relation,
        (at) => numberAt(row, at),
        (at) => COLUMNS[at]?.whole === true,
      ),
      relation.text,
    ).toBe(true);
  for (const [i, column] of COLUMNS.entries()) {
    expect(row[i]).toBeGreaterThanOrEqual(column.low);
    expect(row[i]).toBeLessThanOrEqual(column.high);
    if (!column.movable) expect(row[i]).toBe(original[i]);
    if (column.whole) expect(row[i]).toBe(elementOf(numberAt(row, i), column));
  }
  const largest = size.linf(Array.from(original));
  expect(size[norm](Array.from(row, (v, i) => v - (original[i] as number)))).toBeLessThanOrEqual(
    epsilon * (1 + 1e-5) + 2 ** -20 * (largest + epsilon),
  );
}

describe('feasible, with relations', () => {
  it('keeps totals, ratios and orders, and every other rule and the ball with them', async () => {
    const direction = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: COLUMNS.length, maxLength: COLUMNS.length });
    const cases = fc.record({
      norm: fc.constantFrom(...NORMS),
      epsilon: fc.double({ min: 0.01, max: 4, noNaN: true }),
      original: rows,
      direction,
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ norm, epsilon, original, direction: along }) => {
        const scale = epsilon / (size[norm](along) || 1);
        const candidate = original.map((v, i) => v + (along[i] as number) * scale);
        const [row] = await feasible(target, encodingOf(), [{ original, candidate }], { norm, epsilon });
        expectKept(row as Float32Array, original, { norm, epsilon });
      }),
      { numRuns: 120 },
    );
  });

  it('carries a change of a part over to the whole, holds an order where it is tight, and leaves what no relation ties alone', async () => {
    const original = Float32Array.from([300, 100, 400, 2000, 0.2, 2030, 2030, 1, 0], (v, i) => elementOf(v, COLUMNS[i] as EncodedColumn));
    // Half a standard deviation more rent, income as it is; both years moved against each other; `own` beyond `fixed`.
    const moves = [0.5, 0, 0, 0, 0, 0.5, -0.5, 0, 1.5];
    const candidate = original.map((v, i) => v + (moves[i] as number));
    const [row] = await feasible(target, encodingOf(), [{ original, candidate }], { norm: 'linf', epsilon: 1.5 });
    const values = COLUMNS.map((_, i) => numberAt(row as Float32Array, i));
    expect(values.slice(0, 3)).toEqual([365, 100, 465]);
    expect(values[4]).toBeCloseTo(465 / 2000, 6);
    // The first year goes back as far as the last, which went down by half of 9 years (4.5, to the even 4).
    expect(values.slice(5, 7)).toEqual([2026, 2026]);
    expect(values[8]).toBe(1);
  });

  it('goes part of the way where the whole of it would leave the ball', async () => {
    const original = Float32Array.from([300, 300, 600, 2000, 0.3, 2030, 2030, 1, 0], (v, i) => elementOf(v, COLUMNS[i] as EncodedColumn));
    // One deviation each: 130 and 75, together 205, where the total may move by 160.
    const candidate = original.map((v, i) => (i < 2 ? v + 1 : v));
    const [row] = await feasible(target, encodingOf(RELATIONS.slice(0, 1)), [{ original, candidate }], { norm: 'linf', epsilon: 1 });
    const [rent, food, spent] = [0, 1, 2].map((i) => numberAt(row as Float32Array, i)) as [number, number, number];
    expect(spent).toBe(rent + food);
    expect(spent - 600).toBeLessThanOrEqual(160);
    expect(spent - 600).toBeGreaterThan(100);
  });
});
