import { describe, expect, it } from 'vitest';
import { jpegRoundTrip } from '../../data/jpeg.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import { type Corruptor, createCorruptor } from './corrupt.ts';
import { CORRUPTIONS } from './corruptions/registry.ts';
import { POLLUTIONS } from './pollutions/registry.ts';
import { picture } from './testing/card.ts';

const RGB: Preprocessing = {
  modality: 'image',
  layout: 'NCHW',
  channels: 'rgb',
  shape: [3, 32, 32],
  mean: [0],
  std: [1],
  resize: 'stretch',
};
const open = (preprocessing: Preprocessing, seed = 0): Corruptor =>
  createCorruptor({ preprocessing, runtime: ortNode, jpeg: jpegRoundTrip, seed, purpose: 'test' });
const unitOf = (id: string) => CORRUPTIONS.find((unit) => unit.id === id) as (typeof CORRUPTIONS)[number];

/** A grey far from both ends, so that nothing is clipped. */
const grey = (level: number): Float32Array => new Float32Array(3072).fill(level);
const moments = (values: Float32Array): { mean: number; variance: number } => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1) };
};
/** Bytes add the variance of rounding, 1/12 of a level². */
const ROUNDING = 1 / 12 / 255 ** 2;

describe('createCorruptor', () => {
  it('draws noise with the moments of its distribution', async () => {
    const corruptor = open(RGB);
    const n = 4 * 3072;
    const all = async (id: string, severity: number, level: number): Promise<Float32Array> => {
      const rows = [0, 1, 2, 3].map((index) => ({ index, row: grey(level) }));
      const made = await corruptor.corrupt(unitOf(id), severity, rows);
      return Float32Array.from(made.flatMap((row) => [...row]));
    };
    const expectMoments = (values: Float32Array, level: number, variance: number, kurtosis: number): void => {
      const found = moments(values);
      // Five standard errors; the variance of a sample variance is (kurtosis − 1)·σ⁴/n.
      expect(Math.abs(found.mean - level)).toBeLessThan(5 * Math.sqrt(variance / n) + 1e-3 / 255);
      expect(Math.abs(found.variance - variance - ROUNDING)).toBeLessThan(5 * variance * Math.sqrt((kurtosis - 1) / n));
    };
    const [level, white] = [128 / 255, 200 / 255];
    expectMoments(await all('gaussian_noise', 2, level), level, 0.06 ** 2, 3);
    expectMoments(await all('speckle_noise', 1, level), level, (0.06 * level) ** 2, 3);
    // Poisson(c·x)/c: variance x/c, kurtosis 3 + 1/(c·x).
    expectMoments(await all('shot_noise', 2, 100 / 255), 100 / 255, 100 / 255 / 250, 3 + 1 / ((250 * 100) / 255));
    const struck = await all('impulse_noise', 5, white);
    const share = (of: number): number => struck.filter((v) => v === of).length / n;
    const error = 5 * Math.sqrt((0.035 * 0.965) / n);
    expect(Math.abs(share(0) - 0.035)).toBeLessThan(error);
    expect(Math.abs(share(1) - 0.035)).toBeLessThan(error);
    await corruptor.release();
  });

  it('does not depend on order, batch or neighbours, and leaves bytes', async () => {
    const [one, other] = [open(RGB), open(RGB)];
    const rows = Array.from({ length: 18 }, (_, index) => ({ index, row: picture().map((v) => Math.abs(v - index / 40)) }));
    for (const unit of CORRUPTIONS) {
      const together = await one.corrupt(unit, 3, rows);
      const alone = await other.corrupt(unit, 3, [rows[17] as (typeof rows)[number]]);
      expect(together[17], unit.id).toEqual(alone[0]);
      const isByte = (v: number): boolean => v >= 0 && v <= 1 && Math.abs(255 * v - Math.round(255 * v)) < 1e-3;
      expect(
        together.every((row) => row.every(isByte)),
        unit.id,
      ).toBe(true);
    }
    await Promise.all([one.release(), other.release()]);
  });

  it('changes random corruptions with seed and index only', async () => {
    const row = picture();
    const made = async (seed: number, index: number): Promise<string> => {
      const corruptor = open(RGB, seed);
      const [first] = await corruptor.corrupt(unitOf('snow'), 3, [{ index, row }]);
      await corruptor.release();
      return first?.join() ?? '';
    };
    const [a, b, c, d] = [await made(0, 0), await made(0, 0), await made(0, 1), await made(1, 0)];
    expect(a).toBe(b);
    expect(new Set([a, c, d]).size).toBe(3);
  });

  it('sees the same picture in every layout', async () => {
    const rgb = picture();
    const bgr = Float32Array.from(rgb, (_, i) => rgb[(2 - Math.floor(i / 1024)) * 1024 + (i % 1024)] as number);
    const last = Float32Array.from(rgb, (_, i) => rgb[(i % 3) * 1024 + Math.floor(i / 3)] as number);
    const [first, second, third] = [
      open(RGB),
      open({ ...RGB, channels: 'bgr' }),
      open({ ...RGB, layout: 'NHWC', shape: [32, 32, 3] }),
    ] as const;
    for (const id of ['saturate', 'frost', 'jpeg_compression']) {
      const [x] = await first.corrupt(unitOf(id), 5, [{ index: 3, row: rgb }]);
      const [y] = await second.corrupt(unitOf(id), 5, [{ index: 3, row: bgr }]);
      const [z] = await third.corrupt(unitOf(id), 5, [{ index: 3, row: last }]);
      const own = x as Float32Array;
      expect(
        Float32Array.from(own, (_, i) => (y as Float32Array)[(2 - Math.floor(i / 1024)) * 1024 + (i % 1024)] as number),
        id,
      ).toEqual(own);
      expect(
        Float32Array.from(own, (_, i) => (z as Float32Array)[(i % 1024) * 3 + Math.floor(i / 1024)] as number),
        id,
      ).toEqual(own);
    }
    await Promise.all([first, second, third].map((one) => one.release()));
  });

  it('corrupts more at higher severities, on the whole', async () => {
    const corruptor = open(RGB);
    const row = picture();
    const distance = async (id: string, severity: number): Promise<number> => {
      const [made] = await corruptor.corrupt(unitOf(id), severity, [{ index: 0, row }]);
      return (made as Float32Array).reduce((sum, v, i) => sum + Math.abs(v - (row[i] as number)), 0) / row.length;
    };
    for (const { id } of CORRUPTIONS.filter(({ id }) => !['elastic_transform', 'saturate', 'spatter', 'snow'].includes(id)))
      expect(await distance(id, 5), id).toBeGreaterThan(await distance(id, 1));
    await corruptor.release();
  });

  it.each([
    ['a line of numbers', { ...RGB, layout: 'none', channels: 'none', shape: [50] }],
    ['five channels', { ...RGB, channels: 'none', shape: [5, 9, 7] }],
    ['a flat square', { ...RGB, layout: 'none', channels: 'none', shape: [64] }],
  ] as const)('takes %s', async (_, preprocessing) => {
    const corruptor = open(preprocessing);
    const row = Float32Array.from({ length: sizeOf(preprocessing.shape) }, (_, i) => (i % 9) / 10);
    for (const unit of [...CORRUPTIONS, ...POLLUTIONS].filter((one) => one.unsuited(corruptor.frame) === undefined)) {
      const [made] = await corruptor.corrupt(unit, 5, [{ index: 0, row }]);
      expect(made?.length === row.length && made.every((v) => v >= 0 && v <= 1), unit.id).toBe(true);
    }
    await corruptor.release();
  });
});
