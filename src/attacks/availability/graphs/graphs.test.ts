import { describe, expect, it } from 'vitest';
import { floats } from '../../../onnx/tensor.ts';
import { zoomMatrix } from '../corruptions/zoom-blur.ts';
import { computed, every, picture, SIDE, tensor } from '../testing/card.ts';
import goldens from '../testing/goldens.json' with { type: 'json' };
import { gaussian, separable } from './filter.ts';
import { mapDraws, plasma } from './plasma.ts';
import { sampled } from './sample.ts';

const values: Readonly<Record<string, readonly number[]>> = goldens.values;
const SHAPE = [1, 3, SIDE, SIDE];
const plane = (c: number): Float32Array => picture().subarray(c * SIDE ** 2, (c + 1) * SIDE ** 2);

const furthest = (made: ArrayLike<number>, golden: string): number => {
  const expected = values[golden] as readonly number[];
  expect(made.length).toBe(expected.length);
  return Math.max(...expected.map((v, i) => Math.abs(v - (made[i] as number))));
};

/** float32 on a scale of 255, and four digits in the file. */
const FLOAT = 0.01;

describe('graphs of pictures', () => {
  it.each(['reflect', 'mirror', 'nearest'] as const)('sample as scipy.ndimage.map_coordinates does, %s', async (border) => {
    const area = SIDE ** 2;
    const rows = Array.from({ length: area }, (_, i) => Math.floor(i / SIDE) + 6 * Math.sin(i * 0.7));
    const columns = Array.from({ length: area }, (_, i) => (i % SIDE) + 7 * Math.cos(i * 0.3));
    const made = await computed(
      (g) =>
        sampled(
          g,
          g.input('x', 'float32', [1, 1, SIDE, SIDE]),
          g.constant(floats(rows, [1, area])),
          g.constant(floats(columns, [1, area])),
          border,
        ),
      { x: tensor(plane(1), [1, 1, SIDE, SIDE]) },
    );
    expect(
      furthest(
        every(
          made.map((v) => 255 * v),
          17,
        ),
        `sampled ${border}`,
      ),
    ).toBeLessThan(FLOAT);
  });

  it('smooth as scipy.ndimage.gaussian_filter does, with mirrored borders', async () => {
    const made = await computed((g) => gaussian(g, g.input('x', 'float32', [1, 1, SIDE, SIDE]), 7.5, { truncate: 3, border: 'reflect' }), {
      x: tensor(plane(2), [1, 1, SIDE, SIDE]),
    });
    expect(
      furthest(
        every(
          made.map((v) => 255 * v),
          37,
        ),
        'smooth reflect',
      ),
    ).toBeLessThan(FLOAT);
  });

  it('enlarge as scipy.ndimage.zoom does', async () => {
    const made = await computed((g) => separable(g, g.input('x', 'float32', SHAPE), zoomMatrix(SIDE, 3), zoomMatrix(SIDE, 3)), {
      x: tensor(picture(), SHAPE),
    });
    expect(
      furthest(
        every(
          made.map((v) => 255 * v),
          37,
        ),
        'zoom matrix 3',
      ),
    ).toBeLessThan(FLOAT);
  });

  it.each([
    [8, 2],
    [16, 1.4],
  ])('make the plasma of imagecorruptions from the same numbers, side %i, decay %f', async (side, decay) => {
    const noise = Array.from({ length: mapDraws(side) }, (_, i) => 2 * ((i * 0.6180339887498949) % 1) - 1);
    const made = await computed((g) => plasma(g, g.input('noise', 'float32', [1, noise.length]), side, decay), {
      noise: tensor(noise, [1, noise.length]),
    });
    // Values in [0, 1], six digits in the file.
    expect(furthest(made, `plasma ${side} ${decay}`)).toBeLessThan(1e-5);
  });
});
