/** Resizing against closed forms: constant pictures stay, means stay, 16 bits stay 16 bits. */
import { describe, expect, it } from 'vitest';
import { resizeImage } from './resize.ts';
import { describeWay, detailsOf, type ResizeWay } from './resize-way.ts';

const picture = (height: number, width: number, channels: number, value: (y: number, x: number, c: number) => number) => ({
  shape: [height, width, channels],
  data: Float32Array.from({ length: height * width * channels }, (_, i) =>
    value(Math.floor(i / (width * channels)), Math.floor(i / channels) % width, i % channels),
  ),
});

const WAYS: ResizeWay[] = ['crop', 'stretch', 'crop 1 cubic', 'stretch 0.875 lanczos3', 'stretch 1 nearest'];

/** libvips has filter weights of 12 bits: each of a pass's taps is off by at most 2⁻¹³, the result in addition by half a level. */
const RADIUS = { nearest: 0, linear: 1, cubic: 2, lanczos3: 3 };
const tolerance = (way: ResizeWay, value: number, levels: number): number => {
  const taps = 2 * RADIUS[detailsOf(way).kernel] * 2.5 + 1;
  return value * 2 * taps * 2 ** -13 + 0.51 / levels;
};

describe.each(WAYS)('%s', (way) => {
  it.each([1, 3])('leaves a constant picture of %i channels as it is, in 8 and in 16 bits', async (channels) => {
    for (const value of [100 / 255, 30001 / 65535]) {
      const made = await resizeImage(
        picture(40, 50, channels, () => value),
        16,
        20,
        way,
      );
      expect(made.length).toBe(16 * 20 * channels);
      const most = tolerance(way, value, value === 100 / 255 ? 255 : 65535);
      for (const v of made) expect(Math.abs(v - value)).toBeLessThanOrEqual(most);
    }
  });
});

it('keeps the 16 bits of a picture between two levels of 8', async () => {
  const ramp = picture(8, 64, 1, (_, x) => (20000 + 100 * x) / 65535);
  const made = await resizeImage(ramp, 8, 32, 'stretch');
  // Halving a ramp of 100 a pixel gives one of 200, away from the edges; in 8 bits it would come in steps of 257.
  for (let x = 2; x < 29; x++) {
    const slope = ((made[x + 1] as number) - (made[x] as number)) * 65535;
    expect(Math.abs(slope - 200)).toBeLessThanOrEqual(2);
  }
});

it('cuts the share that it says', async () => {
  // A white frame around black: with a share of one half only the middle is left.
  const framed = picture(32, 32, 1, (y, x) => (Math.min(y, x, 31 - y, 31 - x) < 6 ? 1 : 0));
  expect(Math.max(...(await resizeImage(framed, 8, 8, 'crop 0.5 nearest')))).toBe(0);
  expect(Math.max(...(await resizeImage(framed, 8, 8, 'crop 1 nearest')))).toBe(1);
});

it('says what it does', () => {
  expect(detailsOf('crop')).toEqual({ mode: 'crop', share: 0.875, kernel: 'linear' });
  expect(describeWay('crop')).toBe('centre crop');
  expect(describeWay('crop 0.875 cubic')).toBe('centre crop (centre 87.5 %, cubic)');
  expect(describeWay('stretch 1 linear')).toBe('stretched (linear)');
});
