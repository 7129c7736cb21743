/** The space behind tanh: where it starts, that it never leaves the range, and its derivative against differences. */
import { expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import type { Range } from '../threat/ball.ts';
import { placed } from './tanh-space.ts';

async function at(
  x0: readonly number[],
  delta: readonly number[],
  range?: Range,
): Promise<{ point: number[]; rate: number[] | undefined }> {
  const g = newGraph();
  const shape = [1, x0.length];
  const { point, rate } = placed(g, g.input('x0', 'float32', shape), g.input('delta', 'float32', shape), range);
  const session = await ortNode.load(g.finish({ point, ...(rate && { rate }) }));
  const tensor = (values: readonly number[]) => ({ type: 'float32' as const, shape, data: Float32Array.from(values) });
  const made = await session.run({ x0: tensor(x0), delta: tensor(delta) });
  await session.release();
  const list = (name: string): number[] => Array.from(made[name]?.data as Float32Array);
  return { point: list('point'), rate: rate ? list('rate') : undefined };
}

const X0 = [0, 0.25, 0.5, 0.8, 1];

it('starts at the input, on the ends of the range as well', async () => {
  const { point } = await at(X0, [0, 0, 0, 0, 0], [0, 1]);
  // tanh of the inverse of tanh, in float32.
  for (const [i, v] of point.entries()) expect(Math.abs(v - (X0[i] as number))).toBeLessThan(1e-6);
});

it('goes as tanh does, and its derivative with it', async () => {
  for (const d of [-9, -0.3, 0.01, 2, 30]) {
    const { point, rate } = await at(
      X0,
      X0.map(() => d),
      [0, 1],
    );
    for (const [i, x] of X0.entries()) {
      const w = Math.atanh(Math.fround(0.999999) * (2 * x - 1)) + d;
      expect(Math.abs((point[i] as number) - (0.5 + 0.5 * Math.tanh(w)))).toBeLessThan(2e-6);
      expect(point[i]).toBeGreaterThanOrEqual(0);
      expect(point[i]).toBeLessThanOrEqual(1);
      // The inverse of tanh on the ends is known to a few per cent: its argument is a float32 next to 1.
      expect(Math.abs((rate?.[i] as number) / (0.5 / Math.cosh(w) ** 2) - 1)).toBeLessThan(0.05);
    }
  }
});

it('without a range nothing bends', async () => {
  expect(await at([1, -3], [0.5, 7])).toEqual({ point: [1.5, 4], rate: undefined });
});

it('moves no element that may not, nor one without room, and all others by as much for a small δ', async () => {
  const range: Range = [
    [-1, -1000, 5, 0.3],
    [1, 1000, 7, 0.3],
    [true, true, false, true],
  ];
  const { point, rate } = await at([0, 0, 6.1, 0.3], [0.01, 0.01, 0.01, 0.01], range);
  expect(point[0]).toBeCloseTo(0.01, 5);
  expect(point[1]).toBeCloseTo(0.01, 5);
  expect(point.slice(2)).toEqual([Math.fround(6.1), Math.fround(0.3)]);
  expect(rate?.[0]).toBeCloseTo(1, 3);
  expect(rate?.[1]).toBeCloseTo(1, 5);
  expect(rate?.slice(2)).toEqual([0, 0]);
});
