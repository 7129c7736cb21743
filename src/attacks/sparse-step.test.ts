/** The sparse step of L1 attacks: which elements it takes, and how far it goes. */
import { expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { sparseStep } from './sparse-step.ts';

async function step(slope: readonly number[], x: readonly number[], range?: readonly [number, number], sparsity = 0.99): Promise<number[]> {
  const g = newGraph();
  const shape = [1, slope.length];
  const made = sparseStep(g, g.input('slope', 'float32', shape), g.input('x', 'float32', shape), { range, sparsity });
  const session = await ortNode.load(g.finish({ made }));
  const tensor = (values: readonly number[]) => ({ type: 'float32' as const, shape, data: Float32Array.from(values) });
  const out = await session.run({ slope: tensor(slope), x: tensor(x) });
  await session.release();
  return Array.from(out.made?.data as Float32Array);
}

it('takes the steepest element of few, and one per cent of many', async () => {
  expect(await step([1, -3, 2], [0, 0, 0])).toEqual([0, -1, 0]);
  const slope = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? i : -i));
  const taken = await step(slope, Array<number>(400).fill(0.5), [0, 1]);
  expect(taken.flatMap((v, i) => (v === 0 ? [] : [[i, v]]))).toEqual([
    [396, 0.25],
    [397, -0.25],
    [398, 0.25],
    [399, -0.25],
  ]);
});

it.each([
  // What NumPy leaves: len(a) minus how many are below np.quantile(a, q) for a = range(n).
  [784, 0.99, 8],
  [101, 0.99, 2],
  [100, 0.99, 1],
  [40, 0.99, 1],
  [40, 0.9, 4],
  [10, 0, 10],
  [10, 1, 1],
])('of %d elements at sparsity %d it takes %d', async (size, sparsity, count) => {
  const slope = Array.from({ length: size }, (_, i) => i + 1);
  expect((await step(slope, Array<number>(size).fill(0), undefined, sparsity)).filter((v) => v !== 0)).toHaveLength(count);
});

it('leaves out what the range holds back', async () => {
  expect(await step([1, -3, 2], [0.5, 0, 1], [0, 1])).toEqual([1, 0, 0]);
  expect(await step([1, -3, 2], [0.5, 1, 1], [0, 1])).toEqual([0, -1, 0]);
});

it('stands still where there is nowhere to go', async () => {
  expect((await step([1, -3, 2], [1, 0, 1], [0, 1])).every((v) => v === 0)).toBe(true);
  expect((await step([0, 0], [0, 0])).every((v) => v === 0)).toBe(true);
});
