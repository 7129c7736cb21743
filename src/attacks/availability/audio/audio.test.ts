import { describe, expect, it } from 'vitest';
import type { Preprocessing } from '../../../model/preprocessing.ts';
import { ortNode } from '../../../runtime/ort-node.ts';
import { createCorruptor } from '../corrupt.ts';
import { computed, tensor } from '../testing/card.ts';
import { streamed } from './recording.ts';
import { RECORDINGS } from './registry.ts';

const LENGTH = 16000;
const RECORDING: Preprocessing = {
  modality: 'waveform',
  layout: 'NT',
  channels: 'none',
  shape: [LENGTH],
  mean: [0],
  std: [1],
  resize: 'stretch',
};

const sine = (hertz: number, size = 0.2): Float32Array =>
  Float32Array.from({ length: LENGTH }, (_, i) => size * Math.sin((2 * Math.PI * hertz * i) / LENGTH));
const power = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0) / x.length;
const decibels = (ratio: number): number => 10 * Math.log10(ratio);

async function made(id: string, severity: number, row: Float32Array, index = 0): Promise<Float32Array> {
  const corruptor = createCorruptor({
    preprocessing: RECORDING,
    runtime: ortNode,
    jpeg: async () => new Uint8Array(),
    seed: 0,
    purpose: 'test',
    rate: LENGTH,
  });
  const unit = RECORDINGS.find((one) => one.id === id) as (typeof RECORDINGS)[number];
  const [x] = await corruptor.corrupt(unit, severity, [{ index, row }]);
  await corruptor.release();
  return x as Float32Array;
}

/** Power between two frequencies, by a Fourier sum (bins of 1 Hz, every fifth). */
function band(x: Float32Array, from: number, to: number): number {
  let total = 0;
  for (let f = from; f < to; f += 5) {
    let [re, im] = [0, 0];
    for (let i = 0; i < x.length; i++) {
      re += (x[i] as number) * Math.cos((2 * Math.PI * f * i) / LENGTH);
      im += (x[i] as number) * Math.sin((2 * Math.PI * f * i) / LENGTH);
    }
    total += re * re + im * im;
  }
  return total;
}

describe('corruptions of recordings', () => {
  it.each(['white_noise', 'pink_noise', 'babble_noise'])('%s has the ratio that its severity says', async (id) => {
    const x = sine(440);
    for (const [severity, ratio] of [
      [1, 20],
      [3, 10],
    ] as const) {
      const noise = (await made(id, severity, x)).map((v, i) => v - (x[i] as number));
      // 16-bit rounding is 70 dB further down; nothing is clipped at these levels.
      expect(Math.abs(decibels(power(x) / power(noise)) - ratio)).toBeLessThan(0.05);
    }
  });

  it('pink noise has equal power in each octave, white noise 9 dB more three octaves up', async () => {
    const x = sine(440);
    const noise = async (id: string) => (await made(id, 3, x)).map((v, i) => v - (x[i] as number));
    const slope = (y: Float32Array): number => decibels(band(y, 1000, 2000) / band(y, 125, 250));
    // 25 and 200 bins of a chi-square with two degrees of freedom: about 1.1 dB of standard error.
    expect(Math.abs(slope(await noise('pink_noise')))).toBeLessThan(3.5);
    expect(Math.abs(slope(await noise('white_noise')) - 9)).toBeLessThan(3.5);
  });

  it('a telephone passes 1 kHz and stops 5 kHz', async () => {
    // The first 254 samples are the filter's start.
    const settled = (x: Float32Array) => power(x.subarray(300));
    expect(settled(await made('band_limit', 3, sine(1000))) / settled(sine(1000))).toBeCloseTo(1, 2);
    expect(settled(await made('band_limit', 3, sine(5000))) / settled(sine(5000))).toBeLessThan(1e-5);
  });

  it('gain, clipping, bits and packets are what they say', async () => {
    const x = sine(100, 0.5);
    expect(decibels(power(await made('gain', 3, x)) / power(x))).toBeCloseTo(-20, 1);
    const clipped = await made('clipping', 1, x);
    // |sin| > 1/2 two thirds of the time; the peak stays.
    expect(clipped.filter((v) => Math.abs(v) > 0.4999).length / LENGTH).toBeCloseTo(2 / 3, 2);
    const coarse = await made('bit_depth', 5, x);
    expect([...new Set(coarse.map((v) => Math.round(v * 8) / 8 - v))].every((v) => Math.abs(v) < 1e-4)).toBe(true);
    const lost = (await made('packet_loss', 5, sine(100, 0.5).fill(0.5))).filter((v) => v === 0).length / LENGTH;
    // 50 packets at 0.4: four standard errors.
    expect(Math.abs(lost - 0.4)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 50));
  });

  it('filters longer than a segment equal the direct sum, and reverberation keeps the loudness', async () => {
    const taps = Array.from({ length: 600 }, (_, i) => Math.cos(i) / (1 + i));
    const x = Float32Array.from({ length: 900 }, (_, i) => Math.sin(i * i));
    const y = await computed((g) => streamed(g, g.input('x', 'float32', [1, 1, 1, 900]), taps), { x: tensor(x, [1, 1, 1, 900]) });
    for (const t of [0, 5, 255, 256, 511, 700, 899]) {
      const direct = taps.reduce((sum, tap, k) => sum + (k <= t ? tap * (x[t - k] as number) : 0), 0);
      expect(Math.abs((y[t] as number) - direct)).toBeLessThan(1e-5);
    }
    const tone = sine(440);
    expect(decibels(power(await made('reverberation', 4, tone)) / power(tone))).toBeCloseTo(0, 2);
  });
});
