/** Attacks that change few elements (L0): exact on linear models, where the best elements can be counted out, and within their number. */
import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../src/attacks/attack.ts';
import { isInside, measure, rounded } from '../../src/model/measure.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { elementBudget, parseEpsilon } from '../../src/threat/epsilon.ts';
import { absent, attacked, because, CIFAR, cifar, fixture, type Linear, linearTarget, targetAt } from './attacks-fixtures.ts';

const SIZE = 16;

/**
 * A model of two classes on pictures of 16 values, and pictures of 8-bit levels, all of the first class by `lead` at least.
 * `ink`: of black and white pixels, and a first class that any ink lowers.
 */
function pictures(seed: number, lead: number, ink = false): { model: Linear; rows: Float32Array[] } {
  const rng = keyedRng(seed, 'elements');
  const half = new Float32Array(SIZE);
  rng.fillNormal(half, 0.5);
  if (ink) for (const [i, w] of half.entries()) half[i] = -Math.abs(w);
  const rows = Array.from({ length: 6 }, () => Float32Array.from({ length: SIZE }, () => (ink ? rng.int(2) : rng.int(256) / 255)));
  const weights = [half, half.map((w) => -w)];
  const leads = rows.map((x) => leadOf({ weights, bias: new Float32Array(2) }, x));
  return { model: { weights, bias: Float32Array.of(lead - Math.min(...leads), 0) }, rows };
}

const slopesOf = ({ weights: [own, other] }: Linear): number[] => [...(own as Float32Array)].map((w, i) => w - (other?.[i] as number));

/** Logit of the first class less that of the second. */
const leadOf = (model: Linear, x: Float32Array): number =>
  slopesOf(model).reduce((sum, w, i) => sum + w * (x[i] as number), (model.bias[0] as number) - (model.bias[1] as number));

/** By how much the best elements, so many of them, can lower the lead: each goes to 0 or 1. */
function gain(model: Linear, x: Float32Array, count: number): number {
  const each = slopesOf(model).map((w, i) => Math.max(w * (x[i] as number), -w * (1 - (x[i] as number))));
  const best = each.sort((a, b) => b - a).slice(0, count);
  return best.reduce((sum, one) => sum + one, 0);
}

/** The fewest elements that change the decision; 0 where none do. */
const fewest = (model: Linear, x: Float32Array): number =>
  [...x.keys()].findIndex((i) => gain(model, x, i + 1) > leadOf(model, x) + 1e-4) + 1;

describe('one-pixel', () => {
  // SciPy's differential_evolution (deferred updating, 400 candidates, 75 generations) found a single pixel always, and of two the best on 11 of 12 such
  // problems, with 96 % of its gain on the other.
  it.each([
    [1, 0.9999],
    [2, 0.95],
  ])('%d pixels: at least %f of what the best ones gain, where nothing fools the model', async (count, share) => {
    const { model, rows } = pictures(count, 50);
    const target = await linearTarget(model, false, 'image');
    const samples = rows.map((x, index) => ({ index, x, label: 0 }));
    const proposals = await attacked('one-pixel', target, samples, { norm: 'l0', epsilon: count });
    const shares = proposals.map(({ candidate }, i) => {
      const x = rows[i] as Float32Array;
      return (leadOf(model, x) - leadOf(model, candidate as Float32Array)) / gain(model, x, count);
    });
    expect(Math.min(...shares)).toBeGreaterThan(share);
    expect(Math.max(...shares)).toBeLessThan(1.0001);
    for (const { queries } of proposals) expect(queries).toBeLessThanOrEqual(400 * 76);
    const pairs = proposals.map(({ candidate }, i) => ({ original: rows[i] as Float32Array, candidate: candidate as Float32Array }));
    // Its levels are those of 8 bits already.
    expect(await rounded(target, pairs, 'l0', count)).toEqual(pairs.map(({ candidate }) => candidate));
    await target.release();
  });

  it.skipIf(absent)(`changes as many pixels of every channel as epsilon has elements for, alone and among others${because}`, async () => {
    const target = await targetAt(fixture('cifar10/cifar10_resnet20.onnx'), CIFAR);
    const few = cifar().slice(0, 3);
    const run = (own: typeof few): Promise<Proposal[]> =>
      attacked('one-pixel', target, own, { norm: 'l0', epsilon: 9, params: { population: 8, generations: 2 } });
    const all = await run(few);
    for (const [i, sample] of few.entries()) {
      expect((await run([sample]))[0]).toEqual(all[i]);
      const { candidate } = all[i] as Proposal;
      const changed = [...sample.x.keys()].filter((k) => sample.x[k] !== candidate?.[k]);
      expect(new Set(changed.map((k) => k % 1024)).size).toBeLessThanOrEqual(3);
      expect(changed.length).toBeGreaterThan(0);
    }
    await target.release();
  });
});

describe('on linear models of two classes, within [0, 1]', () => {
  // FMN shares a step among elements, and JSMA changes two at a time.
  it.each(['fmn', 'jsma'] as const)('%s needs no more than one element beyond the greedy sum', async (id) => {
    for (const seed of [11, 12, 13]) {
      const { model, rows } = pictures(seed, 0.3, id === 'jsma');
      const target = await linearTarget(model, false, 'image');
      const samples = rows.map((x, index) => ({ index, x, label: 0 })).filter(({ x }) => fewest(model, x) > 0);
      expect(samples.length).toBeGreaterThan(2);
      const proposals = await attacked(id, target, samples, { norm: 'l0', epsilon: SIZE });
      for (const [i, { candidate }] of proposals.entries()) {
        const { x } = samples[i] as (typeof samples)[number];
        const changed = [...x.keys()].filter((k) => x[k] !== candidate?.[k]).length;
        expect(leadOf(model, candidate as Float32Array)).toBeLessThanOrEqual(1e-4);
        expect(changed).toBeGreaterThanOrEqual(fewest(model, x));
        expect(changed).toBeLessThanOrEqual(fewest(model, x) + 1);
      }
      await target.release();
    }
  });
});

it('counts elements in whole numbers', () => {
  expect(elementBudget(parseEpsilon('24'))).toEqual({ value: 24, text: '24 elements' });
  expect(elementBudget(parseEpsilon('1')).text).toBe('1 element');
  for (const text of ['0.5', '0', '2sd', '3edits', '8/255'])
    expect(() => elementBudget(parseEpsilon(text))).toThrow(/is no number of elements$/);
});

it('holds a candidate to its number of elements, and leaves all others as they are in 8 bits', async () => {
  const target = await linearTarget(pictures(1, 1).model, false, 'image');
  const original = Float32Array.from({ length: SIZE }, (_, i) => i / 255);
  const candidate = original.slice();
  candidate.set([0.5004, 1, 0.301], 2);
  const [measures] = await measure(target, [{ original, candidate }]);
  expect([3, 2].map((count) => measures && isInside(measures, 'l0', count))).toEqual([true, false]);
  const [level] = await rounded(target, [{ original, candidate }], 'l0', 3);
  // 0.5004 is 127.6 of 255 levels.
  const expected = original.slice();
  expected.set([128 / 255, 1, 77 / 255], 2);
  expect([...(level as Float32Array)].map((v) => v * 255)).toEqual([...expected].map((v) => expect.closeTo(v * 255, 4)));
  await target.release();
});
