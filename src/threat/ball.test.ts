/** Projections and steepest directions against oracles written differently: bisection, brute force, the dual norm. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { dualNormOf, inward, NORMS, type Norm, normOf, project, type Range, steepest } from './ball.ts';

type Rows = readonly (readonly number[])[];

/** Runs a graph over rows x, x0 [B, d] and epsilon [B]. */
async function run(
  define: (g: GraphBuilder, x: Value, x0: Value, epsilon: Value) => Value,
  x: Rows,
  x0: Rows,
  epsilon: readonly number[],
): Promise<number[][]> {
  const [batch, d] = [x.length, x[0]?.length as number];
  const g = newGraph();
  const made = define(g, g.input('x', 'float32', [batch, d]), g.input('x0', 'float32', [batch, d]), g.input('epsilon', 'float32', [batch]));
  const session = await ortNode.load(g.finish({ made }));
  const tensor = (values: readonly number[], shape: number[]) => ({ type: 'float32' as const, shape, data: Float32Array.from(values) });
  const { made: out } = await session.run({
    x: tensor(x.flat(), [batch, d]),
    x0: tensor(x0.flat(), [batch, d]),
    epsilon: tensor(epsilon, [batch]),
  });
  await session.release();
  const data = Array.from(out?.data as Float32Array);
  return x.map((_, i) => data.slice((i * data.length) / batch, ((i + 1) * data.length) / batch));
}

const SIZE: Readonly<Record<Norm, (d: readonly number[]) => number>> = {
  linf: (d) => Math.max(...d.map(Math.abs)),
  l2: (d) => Math.hypot(...d),
  l1: (d) => d.reduce((sum, v) => sum + Math.abs(v), 0),
};
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v - (b[i] as number));
const f32 = (min: number, max: number) => fc.float({ min: Math.fround(min), max: Math.fround(max), noNaN: true });

/** Three rows of one width, each with its own centre and radius. */
const cases = fc.integer({ min: 1, max: 12 }).chain((d) => {
  const rows = fc.array(fc.array(f32(-3, 3), { minLength: d, maxLength: d }), { minLength: 3, maxLength: 3 });
  return fc.record({ x: rows, x0: rows, epsilon: fc.array(f32(0.01, 4), { minLength: 3, maxLength: 3 }) });
});

/** The nearest point of the ball, by bisection on the Lagrange multiplier: shrink by a factor (L2), by a threshold (L1), or coordinate-wise. */
function nearest(norm: Norm, d: readonly number[], radius: number): number[] {
  if (SIZE[norm](d) <= radius) return [...d];
  if (norm === 'linf') return d.map((v) => Math.min(radius, Math.max(-radius, v)));
  const shrink = (t: number): number[] => d.map((v) => (norm === 'l2' ? v / (1 + t) : Math.sign(v) * Math.max(0, Math.abs(v) - t)));
  let [low, high] = [0, 1e5];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (SIZE[norm](shrink(middle)) > radius) low = middle;
    else high = middle;
  }
  return shrink(high);
}

describe.each(NORMS)('%s ball', (norm) => {
  it('projects to the nearest point, inside, and again to the same', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ x, x0, epsilon }) => {
        const once = await run((g, a, b, e) => project(g, norm, a, b, e, undefined), x, x0, epsilon);
        const twice = await run((g, a, b, e) => project(g, norm, a, b, e, undefined), once, x0, epsilon);
        for (const [i, row] of once.entries()) {
          const [centre, radius] = [x0[i] as number[], epsilon[i] as number];
          const expected = nearest(norm, minus(x[i] as number[], centre), radius);
          expect(SIZE[norm](minus(row, centre))).toBeLessThanOrEqual(radius + 4e-6);
          expect(SIZE.linf(minus(minus(row, centre), expected))).toBeLessThan(4e-6);
          expect(SIZE.linf(minus(row, twice[i] as number[]))).toBeLessThan(2e-6);
        }
      }),
      { numRuns: 40 },
    ));

  it('stays in the ball and in the range when both bind', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ x, x0, epsilon }) => {
        const centres = x0.map((row) => row.map((v) => Math.fround(Math.abs(v) / 3)));
        const rows = await run((g, a, b, e) => project(g, norm, a, b, e, [0, 1]), x, centres, epsilon);
        for (const [i, row] of rows.entries()) {
          expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...row)).toBeLessThanOrEqual(1);
          expect(SIZE[norm](minus(row, centres[i] as number[]))).toBeLessThanOrEqual((epsilon[i] as number) + 4e-6);
        }
      }),
      { numRuns: 20 },
    ));

  it('measures the norm, and steps where no unit step climbs more', () =>
    fc.assert(
      fc.asyncProperty(cases, f32(1e-30, 1), async ({ x, x0, epsilon }, scale) => {
        const slopes = x.map((row) => row.map((v) => Math.fround(v * scale)));
        const along = await run((g, a) => steepest(g, norm, a), slopes, x0, epsilon);
        const sizes = await run((g, a) => normOf(g, norm, a), x, x0, epsilon);
        const gains = await run((g, a) => dualNormOf(g, norm, a), slopes, x0, epsilon);
        const dual = { linf: 'l1', l2: 'l2', l1: 'linf' } as const;
        for (const [i, step] of along.entries()) {
          const slope = (slopes[i] as number[]).map((v) => v / scale);
          expect(sizes[i]?.[0]).toBeCloseTo(SIZE[norm](x[i] as number[]), 4);
          if (SIZE.linf(slope) < 1e-3) continue;
          expect(SIZE[norm](step)).toBeCloseTo(1, 4);
          const climb = step.reduce((sum, v, k) => sum + v * (slope[k] as number), 0);
          expect(Math.abs(climb / SIZE[dual[norm]](slope) - 1)).toBeLessThan(1e-4);
          expect(Math.abs((gains[i]?.[0] as number) / SIZE[dual[norm]](slopes[i] as number[]) - 1)).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 20 },
    ));

  it('does not step where there is no slope', async () => {
    expect(await run((g, a) => steepest(g, norm, a), [[0, 0, 0]], [[1, 1, 1]], [1])).toEqual([[0, 0, 0]]);
  });
});

it('L1 against brute force over every support', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(f32(-2, 2), { minLength: 2, maxLength: 6 }), f32(0.1, 1.5), async (d, radius) => {
      fc.pre(SIZE.l1(d) > radius);
      const [row] = await run((g, a, b, e) => project(g, 'l1', a, b, e, undefined), [d], [d.map(() => 0)], [radius]);
      let least = Number.POSITIVE_INFINITY;
      // On each support the projection onto Σ|v| = radius takes the same amount from every coordinate.
      for (let mask = 1; mask < 2 ** d.length; mask++) {
        const kept = d.map((_, i) => (mask >> i) % 2 === 1);
        const total = d.reduce((sum, v, i) => sum + (kept[i] ? Math.abs(v) : 0), 0);
        const taken = (total - radius) / kept.filter(Boolean).length;
        if (taken < 0 || d.some((v, i) => kept[i] && Math.abs(v) < taken)) continue;
        const point = d.map((v, i) => (kept[i] ? Math.sign(v) * (Math.abs(v) - taken) : 0));
        least = Math.min(least, SIZE.l2(minus(point, d)));
      }
      expect(SIZE.l2(minus(row as number[], d))).toBeLessThan(least + 1e-5);
    }),
    { numRuns: 60 },
  );
});

it('counts the elements that are not zero', async () => {
  expect(await run((g, a) => normOf(g, 'l0', a), [[0, -2, 0, 1e-20]], [[0, 0, 0, 0]], [1])).toEqual([[2]]);
});

it('leaves of a slope what the range has room for', async () => {
  const x = [[0, 0, 1, 1, 0.5, 0.5, 0, 1]];
  const slopes = [[1, -1, 1, -1, 1, -1, 0, 0]];
  const both = async (range: Range | undefined): Promise<number[] | undefined> =>
    (await run((g, slope, at) => inward(g, slope, at, range), slopes, x, [1]))[0];
  expect(await both([0, 1])).toEqual([1, 0, 0, -1, 1, -1, 0, 0]);
  expect(await both([-1, [0, 1, 2, 2, 0.5, 1, 1, 1]])).toEqual([0, -1, 1, -1, 0, -1, 0, 0]);
  expect(await both(undefined)).toEqual(slopes[0]);
});
