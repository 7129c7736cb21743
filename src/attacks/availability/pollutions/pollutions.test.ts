import { describe, expect, it } from 'vitest';
import type { Preprocessing } from '../../../model/preprocessing.ts';
import { ortNode } from '../../../runtime/ort-node.ts';
import { type Corruptor, createCorruptor } from '../corrupt.ts';
import { MICROPHONE } from '../microphone/registry.ts';
import { picture } from '../testing/card.ts';
import { LENS, SENSOR } from './pollution.ts';
import { POLLUTIONS } from './registry.ts';

const RGB: Preprocessing = {
  modality: 'image',
  layout: 'NCHW',
  channels: 'rgb',
  shape: [3, 32, 32],
  mean: [0],
  std: [1],
  resize: 'stretch',
};
const GREY: Preprocessing = { ...RGB, channels: 'grayscale', shape: [1, 96, 80] };
const SOUND: Preprocessing = { ...RGB, modality: 'waveform', layout: 'NT', channels: 'none', shape: [16000] };
const open = (preprocessing: Preprocessing): Corruptor =>
  createCorruptor({ preprocessing, runtime: ortNode, jpeg: async () => new Uint8Array(), seed: 0, purpose: 'test', rate: 16000 });
const unitOf = (id: string) => [...POLLUTIONS, ...MICROPHONE].find((unit) => unit.id === id) as (typeof POLLUTIONS)[number];

describe('pollutions', () => {
  const AREA = 96 * 80;
  const level = new Float32Array(AREA).fill(102 / 255);
  const made = async (corruptor: Corruptor, id: string, severity: number, row = level): Promise<Float32Array> =>
    (await corruptor.corrupt(unitOf(id), severity, [{ index: 5, row }]))[0] as Float32Array;

  it('break just the share of pixels that they say', async () => {
    const corruptor = open(GREY);
    for (const [i, share] of SENSOR.entries()) {
      const count = Math.max(1, Math.round(share * AREA));
      expect((await made(corruptor, 'dead_pixels', i + 1)).filter((v) => v === 0).length).toBe(count);
      expect((await made(corruptor, 'hot_pixels', i + 1)).filter((v) => v === 1).length).toBe(count);
    }
    // 10 % of 96 rows and of 80 columns.
    expect((await made(corruptor, 'dead_rows', 5)).filter((v) => v === 0).length).toBe(10 * 80);
    expect((await made(corruptor, 'dead_columns', 5)).filter((v) => v === 0).length).toBe(8 * 96);
    await corruptor.release();
  });

  it('cover just the share of the lens that they say, and leave the rest alone', async () => {
    const corruptor = open(GREY);
    for (const id of ['scratches', 'sticker'])
      for (const [i, share] of LENS.entries()) {
        const changed = (await made(corruptor, id, i + 1)).filter((v, k) => v !== level[k]).length;
        // Pixels at just the same distance come together: at most a few dozen of them.
        expect(Math.abs(changed - share * AREA), `${id} ${share}`).toBeLessThan(0.006 * AREA);
      }
    // Soft rims: what is covered by half or more. Dirt takes grey 102 towards luminance 48.
    for (const [i, share] of LENS.entries()) {
      const dark = (await made(corruptor, 'dirt', i + 1)).filter((v) => v < 77 / 255).length;
      expect(Math.abs(dark / AREA - share), `dirt ${share}`).toBeLessThan(0.25 * share + 0.005);
    }
    // At least 0.3 of light, of which its colour keeps 95 % as luminance, on just that share.
    for (const [i, share] of LENS.entries()) {
      const lit = (await made(corruptor, 'lens_flare', i + 1)).filter((v, k) => v - (level[k] as number) > 0.3 * 0.94).length;
      expect(Math.abs(lit / AREA - share), `flare ${share}`).toBeLessThan(0.01);
    }
    await corruptor.release();
  });

  it('do more harm the more they cover, and depend on the example alone', async () => {
    const [one, other] = [open(RGB), open(RGB)];
    const rows = Array.from({ length: 17 }, (_, index) => ({ index, row: picture() }));
    for (const unit of POLLUTIONS) {
      const distance = async (severity: number): Promise<number> => {
        const all = await one.corrupt(unit, severity, rows);
        return all.reduce((sum, row) => sum + row.reduce((d, v, i) => d + Math.abs(v - (rows[0]?.row[i] as number)), 0), 0);
      };
      expect(await distance(6), unit.id).toBeGreaterThan(await distance(2));
      const together = await one.corrupt(unit, 4, rows);
      const [alone] = await other.corrupt(unit, 4, [rows[16] as (typeof rows)[number]]);
      expect(together[16], unit.id).toEqual(alone);
      expect(
        together.every((row) => row.every((v) => v >= 0 && v <= 1)),
        unit.id,
      ).toBe(true);
    }
    await Promise.all([one.release(), other.release()]);
  });
});

describe('faults of a microphone', () => {
  const tone = Float32Array.from({ length: 16000 }, (_, i) => 0.2 * Math.sin((2 * Math.PI * 440 * i) / 16000) + 0.001);
  const power = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0) / x.length;

  it('hum and blow at the ratio that they say, low in the spectrum', async () => {
    const corruptor = open(SOUND);
    for (const id of ['mains_hum', 'wind']) {
      const [x] = await corruptor.corrupt(unitOf(id), 3, [{ index: 0, row: tone }]);
      const noise = (x as Float32Array).map((v, i) => v - (tone[i] as number));
      const ratio = 10 * Math.log10(power(tone) / power(noise));
      expect(Math.abs(ratio - (id === 'wind' ? 10 : 15)), id).toBeLessThan(0.05);
      // A moving mean over 2 ms has its first zero at 500 Hz: most of the power passes it.
      const slow = noise.map((_, i) => noise.subarray(Math.max(0, i - 31), i + 1).reduce((a, b) => a + b, 0) / 32);
      expect(power(slow) / power(noise), id).toBeGreaterThan(0.6);
    }
    await corruptor.release();
  });

  it('stop and stick for the share of the time that they say', async () => {
    const corruptor = open(SOUND);
    const [gaps] = await corruptor.corrupt(unitOf('dropouts'), 5, [{ index: 0, row: tone }]);
    expect((gaps as Float32Array).filter((v) => v === 0).length).toBe(0.2 * 16000);
    const [stuck] = await corruptor.corrupt(unitOf('stuck_samples'), 4, [{ index: 0, row: tone }]);
    // Ten of a hundred stretches of 160 samples, in which nothing moves.
    const still = (stuck as Float32Array).filter((v, i) => i % 160 !== 0 && v === stuck?.[i - 1]).length;
    expect(Math.abs(still - 10 * 159)).toBeLessThan(60);
    await corruptor.release();
  });
});
