/** Photometric changes on linear models of small pictures, where the strength that crosses the boundary has a closed form. */
import { expect, it } from 'vitest';
import { keyedRng } from '../../src/rng/rng.ts';
import { attacked, type Linear, linearTarget } from './attacks-fixtures.ts';

const SIZE = 16;

/** A model of two classes whose boundary is `gap` below the picture's own score, and a picture around grey. */
function drawn(i: number, gap: number): { model: Linear; x: Float32Array; w: Float32Array } {
  const rng = keyedRng(5, 'photometric', i);
  const [w, x] = [new Float32Array(SIZE), new Float32Array(SIZE)];
  rng.fillNormal(w);
  rng.fillUniform(x, 0.3, 0.7);
  const score = w.reduce((sum, v, k) => sum + v * (x[k] as number), 0);
  return { model: { weights: [w, new Float32Array(SIZE)], bias: Float32Array.of(gap - score, 0) }, x, w };
}

/** Where each change leads per unit of strength, as long as nothing is clipped. */
const DIRECTIONS = {
  contrast: (v: number) => 0.5 - v,
  brighter: () => 1,
  darker: () => -1,
  negative: (v: number) => 1 - 2 * v,
} as const;

it.each(['contrast', 'brighter', 'darker', 'negative'] as const)('%s: the strength of the closed form, or nothing', async (kind) => {
  for (let i = 0; i < 6; i++) {
    const { model, x, w } = drawn(i, 0.05);
    const target = await linearTarget(model, true, 'image');
    const along = x.map(DIRECTIONS[kind]);
    const slope = w.reduce((sum, v, k) => sum + v * (along[k] as number), 0);
    const strength = -0.05 / slope;
    const [proposal] = await attacked('photometric', target, [{ index: 0, x, label: 0 }], { norm: 'linf', epsilon: 0, params: { kind } });
    if (slope < 0 && strength < 0.3) {
      const candidate = proposal?.candidate ?? new Float32Array();
      expect(proposal?.transform?.kind).toBe(kind);
      expect(proposal?.transform?.strength).toBeCloseTo(((candidate[0] as number) - (x[0] as number)) / (along[0] as number), 4);
      const found = (candidate[0] as number) - (x[0] as number);
      // Just beyond the boundary, by at most the resolution of a strength.
      expect(found / (along[0] as number)).toBeGreaterThanOrEqual(strength - 1e-5);
      expect(found / (along[0] as number)).toBeLessThanOrEqual(strength + 1.1e-4);
      for (const [k, v] of candidate.entries())
        expect(v).toBeCloseTo((x[k] as number) + (found / (along[0] as number)) * (along[k] as number), 5);
    } else if (slope >= 0 && kind !== 'brighter' && kind !== 'darker') expect(proposal?.candidate).toBeUndefined();
    await target.release();
  }
});

it('blur: a Gaussian of each row and column, as weak as crosses the boundary', async () => {
  // One white pixel in the middle of 5 × 5; the model asks whether it is above a half.
  const x = new Float32Array(25);
  x[12] = 1;
  const target = await linearTarget({ weights: [x.map((v) => v), new Float32Array(25)], bias: Float32Array.of(-0.5, 0) }, true, 'image');
  const [proposal] = await attacked('photometric', target, [{ index: 0, x, label: 0 }], {
    norm: 'l2',
    epsilon: 0,
    params: { kind: 'blur' },
  });
  const blurred = proposal?.candidate ?? new Float32Array();
  expect(blurred[12]).toBeGreaterThan(0.499);
  expect(blurred[12]).toBeLessThan(0.5);
  // A place's weight for the middle is q to the square of its distance, over the sum of its weights; q is what gives the middle its value.
  const weight = (q: number, at: number): number =>
    q ** ((at - 2) ** 2) / [0, 1, 2, 3, 4].reduce((sum, j) => sum + q ** ((at - j) ** 2), 0);
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const q = (low + high) / 2;
    if (weight(q, 2) ** 2 > (blurred[12] as number)) low = q;
    else high = q;
  }
  for (let row = 0; row < 5; row++)
    for (let column = 0; column < 5; column++) expect(blurred[row * 5 + column]).toBeCloseTo(weight(low, row) * weight(low, column), 5);
});

it('the nearest of all changes; no candidate where none fools the model; the wanted class', async () => {
  const { model, x } = drawn(1, 0.05);
  const target = await linearTarget(model, true, 'image');
  const sample = { index: 0, x, label: 0 };
  const away = (candidate: Float32Array | undefined): number =>
    candidate ? Math.hypot(...x.map((v, k) => (candidate[k] as number) - v)) : Number.POSITIVE_INFINITY;
  const one = async (kind: string): Promise<number> =>
    away((await attacked('photometric', target, [sample], { norm: 'l2', epsilon: 0, params: { kind } }))[0]?.candidate);
  const each = await Promise.all(['contrast', 'brighter', 'darker', 'negative', 'blur'].map(one));
  expect(await one('all')).toBe(Math.min(...each));
  expect(Math.min(...each)).toBeLessThan(Number.POSITIVE_INFINITY);
  const constant = await linearTarget(
    { weights: [new Float32Array(SIZE), new Float32Array(SIZE)], bias: Float32Array.of(1, 0) },
    true,
    'image',
  );
  const none = await attacked('photometric', constant, [sample], { norm: 'l2', epsilon: 0 });
  expect(none).toEqual([{ index: 0, candidate: undefined, queries: 101, gradients: 0 }]);
  const aimed = await attacked('photometric', target, [sample], { norm: 'l2', epsilon: 0, params: { target: 1 } });
  expect(aimed[0]).toMatchObject({ goal: 1 });
  const waveform = await linearTarget(model, true, 'waveform');
  await expect(attacked('photometric', waveform, [sample], { norm: 'l2', epsilon: 0 })).rejects.toMatchObject({ code: 'E_NOT_APPLICABLE' });
});
