/** The nearest point of an L1 ball inside the range, beside a float64 solution by bisection. */
import { expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { keyedRng } from '../rng/rng.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { boundAt, type Range } from './ball.ts';
import { ontoL1InRange } from './l1-in-range.ts';

const ROWS = 16;

/** What each element moves, by bisection on the multiplier. */
function nearest(d: readonly number[], room: readonly number[], radius: number): number[] {
  const moves = (held: number): number[] => d.map((v, i) => Math.sign(v) * Math.min(Math.max(Math.abs(v) - held, 0), room[i] as number));
  const length = (held: number): number => moves(held).reduce((sum, v) => sum + Math.abs(v), 0);
  if (length(0) <= radius) return moves(0);
  let [low, high] = [0, Math.max(...d.map(Math.abs))];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (length(middle) > radius) low = middle;
    else high = middle;
  }
  return moves(high);
}

/** Points as attacks have them: few or many elements changed within the range, then a long step along some of them. */
function drawn(size: number, seed: number, range: Range) {
  const rng = keyedRng(seed, 'l1 in range', size);
  const [x, x0, epsilon] = [new Float32Array(ROWS * size), new Float32Array(ROWS * size), new Float32Array(ROWS)];
  for (let r = 0; r < ROWS; r++) {
    const radius = 0.01 * size ** (0.3 + 0.7 * rng.uniform());
    const [changed, stepped] = [1, 2].map(() => Math.max(1, Math.floor(0.7 * size ** rng.uniform()))) as [number, number];
    const moves = new Float64Array(size);
    for (let k = 0; k < changed; k++) moves[rng.int(size)] = ((2 * rng.uniform() - 1) * 2 * radius) / changed;
    for (let i = 0; i < size; i++) {
      const [low, high] = [boundAt(range[0], i), boundAt(range[1], i)];
      const at = rng.uniform() < (seed % 10) / 10 ? [low, high][rng.int(2)] : low + rng.uniform() * (high - low);
      x0[r * size + i] = at as number;
      x[r * size + i] = Math.min(high, Math.max(low, (at as number) + (moves[i] as number)));
    }
    for (let k = 0; k < stepped; k++) {
      const i = r * size + rng.int(size);
      x[i] = (x[i] as number) + ((rng.int(2) * 2 - 1) * radius) / stepped;
    }
    epsilon[r] = radius;
  }
  return { x, x0, epsilon };
}

it.each<[string, number, Range]>([
  ['10 elements', 10, [0, 1]],
  ['784 elements', 784, [0, 1]],
  [
    'columns of different ranges',
    4,
    [
      [0, -2, 0.5, 0],
      [1, 3, 0.5, 10],
    ],
  ],
])('%s', async (_, size, range) => {
  const g = newGraph();
  const [x, x0, epsilon] = [g.input('x', 'float32', [ROWS, size]), g.input('x0', 'float32', [ROWS, size]), g.input('e', 'float32', [ROWS])];
  const session = await ortNode.load(g.finish({ y: ontoL1InRange(g, x, x0, epsilon, range) }));
  for (let seed = 0; seed < 20; seed++) {
    const rows = drawn(size, seed, range);
    const shape = [ROWS, size];
    const made = await session.run({
      x: { type: 'float32', shape, data: rows.x },
      x0: { type: 'float32', shape, data: rows.x0 },
      e: { type: 'float32', shape: [ROWS], data: rows.epsilon },
    });
    for (let r = 0; r < ROWS; r++) {
      const own = (data: Float32Array): number[] => Array.from(data.subarray(r * size, (r + 1) * size));
      const [point, centre, y] = [own(rows.x), own(rows.x0), own(made.y?.data as Float32Array)];
      const d = point.map((v, i) => v - (centre[i] as number));
      const room = d.map((v, i) => (v > 0 ? boundAt(range[1], i) - (centre[i] as number) : (centre[i] as number) - boundAt(range[0], i)));
      const radius = rows.epsilon[r] as number;
      const expected = nearest(d, room, radius);
      const moved = y.map((v, i) => v - (centre[i] as number));
      const length = moved.reduce((sum, v) => sum + Math.abs(v), 0);
      // The search ends after 24 steps: 2e-5 off at most when this was written.
      expect(Math.max(...moved.map((v, i) => Math.abs(v - (expected[i] as number))))).toBeLessThan(5e-5);
      // Each element is rounded to float32.
      const ulp = 2 ** -23 * Math.max(...y.map(Math.abs));
      expect(length).toBeLessThanOrEqual(radius * (1 + 1e-5) + size * ulp);
      expect(y.every((v, i) => v >= Math.fround(boundAt(range[0], i)) && v <= Math.fround(boundAt(range[1], i)))).toBe(true);
    }
  }
  await session.release();
});
