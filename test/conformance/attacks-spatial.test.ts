/** Rotations and translations of small pictures, where the outcome is known pixel by pixel, and on LeNet5 beside Foolbox's. */
import { describe, expect, it } from 'vitest';
import { absent, attacked, because, fixture, linearTarget, MNIST, mnist, standing, targetAt } from './attacks-fixtures.ts';

const SIDE = 5;
const at = (row: number, column: number): number => row * SIDE + column;
const one = (...pixels: number[]): Float32Array => {
  const x = new Float32Array(SIDE * SIDE);
  for (const i of pixels) x[i] = 1;
  return x;
};

/** Fooled where this pixel is above 0.9. */
const asking = (pixel: number) =>
  linearTarget({ weights: [new Float32Array(SIDE * SIDE), one(pixel)], bias: Float32Array.of(0.9, 0) }, true, 'image');

// Where the white pixels are, which pixel the model asks about, the limits, and where they must be then.
it.each([
  ['to the right', [at(2, 2)], at(2, 3), { maxShift: 1, shifts: 3, rotations: 1 }, [at(2, 3)], { degrees: 0, right: 1, down: 0 }],
  ['up', [at(2, 2)], at(1, 2), { maxShift: 1, shifts: 3, rotations: 1 }, [at(1, 2)], { degrees: 0, right: 0, down: -1 }],
  [
    'down and out of the picture',
    [at(4, 4), at(2, 0)],
    at(3, 0),
    { maxShift: 1, shifts: 3, rotations: 1 },
    [at(3, 0)],
    { degrees: 0, right: 0, down: 1 },
  ],
  [
    'a quarter to the left',
    [at(0, 2)],
    at(2, 0),
    { maxRotation: 90, rotations: 3, shifts: 1 },
    [at(2, 0)],
    { degrees: 90, right: 0, down: 0 },
  ],
  [
    'a quarter to the right',
    [at(0, 1)],
    at(1, 4),
    { maxRotation: 90, rotations: 3, shifts: 1 },
    [at(1, 4)],
    { degrees: -90, right: 0, down: 0 },
  ],
] as const)('%s', async (_, white, pixel, params, after, transform) => {
  const target = await asking(pixel);
  const [proposal] = await attacked('spatial', target, [{ index: 0, x: one(...white), label: 0 }], { norm: 'linf', epsilon: 1, params });
  expect(proposal?.transform).toEqual(transform);
  const expected = one(...after);
  expect(proposal?.candidate?.length).toBe(SIDE * SIDE);
  for (const [i, v] of (proposal?.candidate ?? []).entries()) expect(v).toBeCloseTo(expected[i] as number, 5);
});

it('half a pixel is the mean of two; the limits hold; random turns are within them, and the same for the same seed', async () => {
  const target = await linearTarget({ weights: [new Float32Array(25), one(at(2, 3))], bias: Float32Array.of(0.45, 0) }, true, 'image');
  const sample = { index: 0, x: one(at(2, 2)), label: 0 };
  const run = async (params: Record<string, unknown>) =>
    (await attacked('spatial', target, [sample], { norm: 'l2', epsilon: 9, params: { maxRotation: 0, ...params } }))[0];
  const half = await run({ maxShift: 0.5, shifts: 3, rotations: 1 });
  expect(half?.candidate?.[at(2, 2)]).toBeCloseTo(0.5, 5);
  expect(half?.candidate?.[at(2, 3)]).toBeCloseTo(0.5, 5);
  expect(await run({ maxShift: 0.4, shifts: 5, rotations: 1 })).toEqual({ index: 0, candidate: undefined, queries: 26, gradients: 0 });
  const random = await run({ maxShift: 1, random: 40 });
  expect(random?.candidate?.[at(2, 3)]).toBeGreaterThan(0.45);
  expect(random).toEqual(await run({ maxShift: 1, random: 40 }));
  expect((await run({ maxShift: 0.4, random: 40 }))?.candidate).toBeUndefined();
});

describe.skipIf(absent)(`LeNet5${because}`, () => {
  // What stands of the first 40 test images after Foolbox 3.3.4's SpatialAttack, told 28/27 of the shift: it moves by that much less than it says.
  it.each([['clntrained', 2, 15, 11]] as const)(
    '%s: leaves what Foolbox leaves at %d pixels and %d degrees',
    async (network, maxShift, maxRotation, left) => {
      const target = await targetAt(fixture(`mnist/mnist_lenet5_${network}.onnx`), MNIST);
      const samples = mnist(40);
      const proposals = await attacked('spatial', target, samples, { norm: 'linf', epsilon: 1, params: { maxShift, maxRotation } });
      expect(await standing(target, samples, proposals)).toBe(left);
      expect(Math.max(...proposals.map(({ queries }) => queries))).toBeLessThanOrEqual(126);
    },
  );
});
