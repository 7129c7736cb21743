/** The way onto a hyperplane beside a float64 solution by bisection, and the optimality conditions that it must meet. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { keyedRng } from '../rng/rng.ts';
import { ortNode } from '../runtime/ort-node.ts';
import type { Norm, Range } from './ball.ts';
import { ontoHyperplane } from './hyperplane.ts';

const BATCH = 8;

interface Drawn {
  readonly size: number;
  readonly seed: number;
  /** Share of elements at a border of the range, and of normals that are 0. */
  readonly atBorder: number;
  readonly zeros: number;
  /** Length of the normal vectors. */
  readonly scale: number;
  readonly boxed: boolean;
}

interface Rows {
  readonly x: Float32Array;
  readonly normal: Float32Array;
  readonly offset: Float32Array;
}

function rowsOf({ size, seed, atBorder, zeros, scale }: Drawn): Rows {
  const rng = keyedRng(seed, 'hyperplane');
  const [x, normal, offset] = [new Float32Array(BATCH * size), new Float32Array(BATCH * size), new Float32Array(BATCH)];
  rng.fillUniform(x, 0, 1);
  rng.fillNormal(normal);
  for (let i = 0; i < x.length; i++) {
    if (rng.uniform() < atBorder) x[i] = rng.int(2);
    normal[i] = rng.uniform() < zeros ? 0 : scale * (normal[i] as number);
  }
  rng.fillNormal(offset);
  // From hardly any way to farther than the range goes.
  for (let r = 0; r < BATCH; r++) offset[r] = (offset[r] as number) * scale * size ** rng.uniform();
  return { x, normal, offset };
}

async function solved(norm: Norm, { size }: Drawn, rows: Rows, range: Range | undefined): Promise<Float32Array> {
  const g = newGraph();
  const [x, normal, offset] = [
    g.input('x', 'float32', [BATCH, size]),
    g.input('normal', 'float32', [BATCH, size]),
    g.input('offset', 'float32', [BATCH]),
  ];
  const session = await ortNode.load(g.finish({ d: ontoHyperplane(g, norm, x, { normal, offset }, range) }));
  const feeds = {
    x: { type: 'float32', shape: [BATCH, size], data: rows.x },
    normal: { type: 'float32', shape: [BATCH, size], data: rows.normal },
    offset: { type: 'float32', shape: [BATCH], data: rows.offset },
  } as const;
  const made = await session.run(feeds);
  await session.release();
  return made.d?.data as Float32Array;
}

const lengthOf = (norm: Norm, d: readonly number[]): number => {
  if (norm === 'linf') return Math.max(0, ...d.map(Math.abs));
  if (norm === 'l1') return d.reduce((sum, v) => sum + Math.abs(v), 0);
  return Math.hypot(...d);
};

/** The least norm in float64: bisection on the multiplier λ in Linf and L2, the fractional knapsack in L1. Undefined where the range ends first. */
function least(norm: Norm, weight: readonly number[], room: readonly number[], target: number): number | undefined {
  const most = weight.reduce((sum, w, i) => sum + (w > 0 ? w * (room[i] as number) : 0), 0);
  if (most < target) return undefined;
  if (norm === 'l1') {
    let [missing, length] = [target, 0];
    for (const i of [...weight.keys()].sort((a, b) => (weight[b] as number) - (weight[a] as number))) {
      const part = Math.min(room[i] as number, missing / (weight[i] as number));
      if (!(missing > 0) || weight[i] === 0) break;
      [missing, length] = [missing - part * (weight[i] as number), length + part];
    }
    return length;
  }
  const filled = (at: number): number[] => weight.map((w, i) => (w > 0 ? Math.min(norm === 'linf' ? at : at * w, room[i] as number) : 0));
  let [low, high] = [0, 1];
  const reached = (at: number): number => filled(at).reduce((sum, v, i) => sum + v * (weight[i] as number), 0);
  while (reached(high) < target) high *= 2;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (reached(middle) < target) low = middle;
    else high = middle;
  }
  return lengthOf(norm, filled(high));
}

const drawn = fc.record({
  size: fc.integer({ min: 1, max: 3072 }),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  atBorder: fc.constantFrom(0, 0.5, 0.9),
  zeros: fc.constantFrom(0, 0.5),
  scale: fc.constantFrom(1e-20, 1e-3, 1, 1e4),
  boxed: fc.boolean(),
});

it.each(['linf', 'l2', 'l1'] as const)(
  '%s: onto the hyperplane, inside the range, by the shortest way',
  async (norm) => {
    await fc.assert(
      fc.asyncProperty(drawn, async (one) => {
        const rows = rowsOf(one);
        const d = await solved(norm, one, rows, one.boxed ? [0, 1] : undefined);
        for (let r = 0; r < BATCH; r++) {
          const part = (of: Float32Array): number[] => [...of.subarray(r * one.size, (r + 1) * one.size)];
          const [x, normal, way, offset] = [part(rows.x), part(rows.normal), part(d), rows.offset[r] as number];
          const gain = way.reduce((sum, v, i) => sum + v * (normal[i] as number), 0);
          const weight = normal.map(Math.abs);
          const room = normal.map((w, i) => (!one.boxed ? 1e30 : w > 0 === offset >= 0 ? (x[i] as number) : 1 - (x[i] as number)));
          const optimum = least(norm, weight, room, Math.abs(offset));
          // Sums over a row in float32, pairwise or in lanes: some √size roundings of the largest partial sum.
          const tolerance = 2 ** -24 * 8 * Math.sqrt(one.size) + 1e-6;
          const ends = way.map((v, i) => (x[i] as number) + v);
          if (one.boxed) expect([Math.min(...ends) >= -1e-6, Math.max(...ends) <= 1 + 1e-6]).toEqual([true, true]);
          if (optimum === undefined) {
            const most = weight.reduce((sum, w, i) => sum + w * (room[i] as number), 0);
            expect(-gain * Math.sign(offset)).toBeGreaterThanOrEqual(most * (1 - tolerance));
            continue;
          }
          expect(Math.abs(gain + offset)).toBeLessThanOrEqual(tolerance * Math.abs(offset));
          expect(Math.abs(lengthOf(norm, way) - optimum)).toBeLessThanOrEqual(2 * tolerance * optimum + 1e-30);
        }
      }),
      { numRuns: 30 },
    );
  },
  60_000,
);

it('stays where it is when the normal vector is 0', async () => {
  for (const norm of ['linf', 'l2', 'l1'] as const) {
    const rows = { x: new Float32Array(BATCH * 3).fill(0.5), normal: new Float32Array(BATCH * 3), offset: new Float32Array(BATCH).fill(1) };
    const d = await solved(norm, { size: 3, seed: 0, atBorder: 0, zeros: 0, scale: 1, boxed: true }, rows, [0, 1]);
    expect(d.every((v) => v === 0)).toBe(true);
  }
});
