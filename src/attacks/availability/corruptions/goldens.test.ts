import { describe, expect, it } from 'vitest';
import { jpegRoundTrip } from '../../../data/jpeg.ts';
import type { Corruption } from '../corruption.ts';
import type { Frame } from '../frame.ts';
import { along, stepsTowards, trail } from '../graphs/sample.ts';
import { card, computed, every, picture, SIDE, tensor } from '../testing/card.ts';
import goldens from '../testing/goldens.json' with { type: 'json' };
import { brightness } from './brightness.ts';
import { contrast } from './contrast.ts';
import { defocusBlur } from './defocus-blur.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { jpegCompression } from './jpeg-compression.ts';
import { pixelate } from './pixelate.ts';
import { saturate } from './saturate.ts';
import { zoomBlur } from './zoom-blur.ts';

const values: Readonly<Record<string, readonly number[]>> = goldens.values;

/** The published parameters of large pictures as they are, on a small one. */
const FRAME: Frame = { batch: 1, channels: 3, height: SIDE, width: SIDE, set: 'large', scale: 1 };

const SHAPE = [1, 3, SIDE, SIDE];

async function corrupted(unit: Corruption, severity: number): Promise<number[]> {
  const plan = unit.plan(FRAME, severity);
  const made = await computed(
    (g) =>
      g.clip(
        plan.graph(
          {
            g,
            frame: FRAME,
            drawn: (name) => {
              throw new Error(`${name} is random`);
            },
          },
          g.input('x', 'float32', SHAPE),
        ),
        0,
        1,
      ),
    { x: tensor(picture(), SHAPE) },
  );
  return every(
    Array.from(made, (v) => 255 * v),
    37,
  );
}

function expectNear(made: readonly number[], golden: string, tolerance: number): void {
  const expected = values[golden] as readonly number[];
  expect(made.length).toBe(expected.length);
  const worst = Math.max(...made.map((v, i) => Math.abs(v - (expected[i] as number))));
  expect(worst, golden).toBeLessThanOrEqual(tolerance);
}

/** float32 arithmetic on [0, 1]: some hundred roundings of 2⁻²⁴, on a scale of 255. */
const FLOAT = 0.01;

describe('corruptions are those of imagecorruptions and scikit-image', () => {
  it.each([1, 3, 5])('brightness, contrast, saturation, severity %i', async (severity) => {
    expectNear(await corrupted(brightness, severity), `brightness ${severity}`, FLOAT);
    expectNear(await corrupted(contrast, severity), `contrast ${severity}`, FLOAT);
    expectNear(await corrupted(saturate, severity), `saturate ${severity}`, FLOAT);
  });

  it.each([1, 3, 5])('defocus and Gaussian blur, severity %i', async (severity) => {
    expectNear(await corrupted(defocusBlur, severity), `defocus_blur ${severity}`, FLOAT);
    expectNear(await corrupted(gaussianBlur, severity), `gaussian_blur ${severity}`, FLOAT);
  });

  it.each([1, 3, 5])('zoom blur, severity %i', async (severity) => {
    expectNear(await corrupted(zoomBlur, severity), `zoom_blur ${severity}`, FLOAT);
  });

  // Pillow rounds to bytes after each of its two passes: half a level each.
  it.each([1, 3, 5])('pixelation, severity %i', async (severity) => {
    expectNear(await corrupted(pixelate, severity), `pixelate ${severity}`, 1 + FLOAT);
  });

  it.each([
    [10, 3, -33],
    [15, 8, 41.5],
    [6, 1, 0],
    [12, 8, -100],
  ])('motion of radius %i, σ %i, angle %f', async (radius, sigma, angle) => {
    const weights = trail(radius, sigma);
    const made = await computed(
      (g) => along(g, g.input('x', 'float32', SHAPE), g.input('steps', 'float32', [1, 2, weights.length]), weights),
      {
        x: tensor(picture(), SHAPE),
        steps: tensor(stepsTowards(angle, weights.length), [1, 2, weights.length]),
      },
    );
    const key = `motion ${radius} ${sigma} ${Number.isInteger(angle) ? `${angle}.0` : angle}`;
    expectNear(
      every(
        Array.from(made, (v) => 255 * v),
        37,
      ),
      key,
      FLOAT,
    );
  });

  it.each([1, 3, 5])('JPEG, severity %i: another libjpeg, so the mean is compared', async (severity) => {
    const bytes = card();
    const pixels = Uint8Array.from({ length: bytes.length }, (_, i) => bytes[(i % 3) * SIDE * SIDE + Math.floor(i / 3)] as number);
    const quality = jpegCompression.plan(FRAME, severity).jpeg as number;
    const made = await jpegRoundTrip({ height: SIDE, width: SIDE, channels: 3, data: pixels }, quality);
    const planes = Array.from({ length: bytes.length }, (_, i) => made[(i % SIDE ** 2) * 3 + Math.floor(i / SIDE ** 2)] as number);
    const expected = values[`jpeg_compression ${severity}`] as readonly number[];
    const off = every(planes, 37).map((v, i) => Math.abs(v - (expected[i] as number)));
    const moved = expected.map((v, i) => Math.abs(v - (bytes[i * 37] as number)));
    const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
    // Chroma upsampling and the inverse transform differ by a few levels; another quality or subsampling would differ by as much as the loss itself.
    expect(mean(off)).toBeLessThan(0.2 * mean(moved));
  });
});
