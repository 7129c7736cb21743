/** Whatever an attack proposes, only rows of the data's own kind come out of it, and none further away than the ball allows. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import type { HostTensor, Session } from '../runtime/runtime.ts';
import { NORMS, type Norm } from '../threat/ball.ts';
import { feasible } from './feasible.ts';
import { type EncodedColumn, elementOf, numberOf, type PortsEncoding } from './ports-encoding.ts';
import type { Target } from './target.ts';

const number = (name: string, scale: number, low: number, high: number, more: Partial<EncodedColumn> = {}): EncodedColumn => ({
  name,
  scale,
  offset: 0,
  low: elementOf(low, { scale, offset: 0 }),
  high: elementOf(high, { scale, offset: 0 }),
  whole: false,
  movable: true,
  ...more,
});

/** A measured column, whole ones of small and large numbers, a category, a column that may not change, and a one-hot group. */
const ENCODING: PortsEncoding = {
  kind: 'ports',
  columns: [
    number('length', 0.37, -2, 2),
    number('age', 13.7, 17, 90, { whole: true }),
    number('income', 105_000, 12_000, 1_490_400, { whole: true }),
    number('job', 1, 0, 3, { whole: true, movable: false, categories: ['a', 'b', 'c', 'd'] }),
    number('year', 3, 1990, 2020, { whole: true, movable: false }),
    number('red', 0.4, 0, 1, { whole: true }),
    number('green', 0.5, 0, 1, { whole: true }),
    number('blue', 0.3, 0, 1, { whole: true }),
  ],
  ports: [],
  groups: [[5, 6, 7]],
  certain: true,
};

const sessions: Session[] = [];
const loaded = new Map<string, Promise<Session>>();
const target: Pick<Target, 'arithmetic' | 'size'> = {
  size: ENCODING.columns.length,
  arithmetic: async (id, define) => {
    const g = newGraph();
    const loading = loaded.get(id) ?? ortNode.load(g.finish({ ...define(g) }));
    loaded.set(id, loading);
    const session = await loading;
    sessions.push(session);
    return (feeds): Promise<Record<string, HostTensor>> => session.run(feeds);
  },
};
afterAll(() => Promise.all([...new Set(sessions)].map((session) => session.release())));

const cells = fc
  .record({
    length: fc.integer({ min: -2000, max: 2000 }).map((v) => v / 1000),
    age: fc.integer({ min: 17, max: 90 }),
    income: fc.integer({ min: 12_000, max: 1_490_400 }),
    job: fc.integer({ min: 0, max: 3 }),
    year: fc.integer({ min: 1990, max: 2020 }),
    colour: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ length, age, income, job, year, colour }) => [length, age, income, job, year, ...[0, 1, 2].map((i) => Number(i === colour))]);

const rowOf = (values: readonly number[]): Float32Array =>
  Float32Array.from(values, (value, i) => elementOf(value, ENCODING.columns[i] as EncodedColumn));

const size: Readonly<Record<Norm, (d: readonly number[]) => number>> = {
  linf: (d) => Math.max(...d.map(Math.abs)),
  l2: (d) => Math.hypot(...d),
  l1: (d) => d.reduce((sum, v) => sum + Math.abs(v), 0),
};

/** A direction scaled into the ball, so that the candidate is one that an attack might propose. */
const cases = fc.record({
  norm: fc.constantFrom(...NORMS),
  epsilon: fc.double({ min: 0.01, max: 4, noNaN: true }),
  original: cells,
  direction: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
});

describe('feasible', () => {
  it('keeps whole numbers whole, groups one-hot, columns in range, what may not change, and the ball', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ norm, epsilon, original: values, direction }) => {
        const original = rowOf(values);
        const scale = epsilon / (size[norm](direction) || 1);
        const candidate = original.map((v, i) => v + (direction[i] as number) * scale);
        const [row] = await feasible(target, ENCODING, [{ original, candidate }], { norm, epsilon });
        const made = Array.from(row as Float32Array);
        const raw = made.map((element, i) => numberOf(element, ENCODING.columns[i] as EncodedColumn));
        for (const [i, column] of ENCODING.columns.entries()) {
          const { whole, movable, low, high } = column;
          expect(made[i]).toBeGreaterThanOrEqual(low);
          expect(made[i]).toBeLessThanOrEqual(high);
          if (!movable) expect(made[i]).toBe(original[i]);
          // The element of a whole column is that of a whole number, and of no other.
          if (whole) expect(made[i]).toBe(elementOf(raw[i] as number, column));
        }
        expect((raw[5] as number) + (raw[6] as number) + (raw[7] as number)).toBe(1);
        // In L2 and L1 rounding towards the original shortens, but a group goes back as a whole, which may leave the ball: the judge measures again.
        const moved = made.map((v, i) => v - (original[i] as number));
        const largest = size[norm](Array.from(original));
        if (norm === 'linf') expect(size[norm](moved)).toBeLessThanOrEqual(epsilon * (1 + 1e-6) + 2 ** -23 * (largest + epsilon));
      }),
      { numRuns: 300 },
    );
  });

  it('moves whole columns as far as the ball allows, and no further', async () => {
    const values = [0, 40, 100_000, 1, 2000, 1, 0, 0];
    const original = rowOf(values);
    const candidate = original.map((v) => v + 0.1);
    const [row] = await feasible(target, ENCODING, [{ original, candidate }], { norm: 'linf', epsilon: 0.1 });
    const raw = Array.from(row as Float32Array, (element, i) => numberOf(element, ENCODING.columns[i] as EncodedColumn));
    // 0.1 standard deviations are 0.037, 1.37 years and 10 500 of income; the others stay.
    expect(raw.slice(1)).toEqual([41, 110_500, 1, 2000, 1, 0, 0]);
    expect(raw[0]).toBeCloseTo(0.037, 6);
  });
});
