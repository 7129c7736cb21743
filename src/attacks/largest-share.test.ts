/** Which elements of each row are the largest, beside sorting. */
import { expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { keyedRng } from '../rng/rng.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { largestShare } from './largest-share.ts';

const [ROWS, SIZE] = [24, 500];

it('marks as many as are asked for, and those that sorting gives, up to ties', async () => {
  const g = newGraph();
  const made = largestShare(g, g.input('x', 'float32', [ROWS, SIZE]), g.input('count', 'float32', [ROWS]));
  const session = await ortNode.load(g.finish({ made }));
  const rng = keyedRng(0, 'largest share');
  const x = new Float32Array(ROWS * SIZE);
  rng.fillNormal(x);
  const counts = Float32Array.from({ length: ROWS }, (_, i) => (i === 0 ? 0 : i === 1 ? SIZE : 1 + rng.uniform() * 0.7 * SIZE));
  // Gradients of confident models are tiny, and some elements have none.
  for (const [i, v] of x.entries()) x[i] = i % 10 === 0 ? 0 : v ** 3 * 10 ** -(2 * Math.floor(i / SIZE / 2));
  const out = await session.run({
    x: { type: 'float32', shape: [ROWS, SIZE], data: x },
    count: { type: 'float32', shape: [ROWS], data: counts },
  });
  await session.release();
  const marks = out.made?.data as Float32Array;
  for (let r = 0; r < ROWS; r++) {
    const row = Array.from(x.subarray(r * SIZE, (r + 1) * SIZE), Math.abs);
    const wanted = Math.max(1, Math.ceil((counts[r] as number) - 0.5));
    const threshold = row.toSorted((a, b) => b - a)[wanted - 1] as number;
    for (const [i, v] of row.entries()) {
      // Elements of size 0 are left out, and what is within a two-thousandth of the threshold counts as well.
      if (v > 2 ** -39 * Math.max(...row) && v >= threshold) expect(marks[r * SIZE + i]).toBe(1);
      if (v < threshold * (1 - 5e-4)) expect(marks[r * SIZE + i]).toBe(0);
    }
  }
});
