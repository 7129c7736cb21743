import { describe, expect, it } from 'vitest';
import { view } from '../onnx/tensor.ts';
import { interpolation } from './interpolation.ts';

const matrix = (from: number, to: number): number[] => Array.from(view(interpolation(from, to)) as Float32Array);

describe('interpolation', () => {
  it('keeps a size as it is', () => {
    expect(matrix(3, 3)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  /** Pillow 13.0: Image.fromarray of a float row with one 1 at each place, resize((to, 1), BILINEAR). */
  const PIL: [from: number, to: number, place: number, weights: number[]][] = [
    [8, 4, 1, [0, 0.125, 0.375, 0.375, 0.125, 0, 0, 0]],
    [8, 5, 0, [0.590909, 0.409091, 0, 0, 0, 0, 0, 0]],
    [8, 5, 1, [0, 0.259259, 0.555556, 0.185185, 0, 0, 0, 0]],
    [8, 5, 2, [0, 0, 0.041667, 0.458333, 0.458333, 0.041667, 0, 0]],
  ];
  it.each(PIL)('%i to %i, place %i: the weights of PIL', (from, to, place, expected) => {
    const weights = matrix(from, to);
    for (const [i, weight] of expected.entries()) expect(weights[i * to + place]).toBeCloseTo(weight, 5);
  });

  it.each([
    [28, 32],
    [32, 28],
    [224, 48],
    [5, 17],
  ])('%i to %i: every new place is a mean of old ones', (from, to) => {
    const weights = matrix(from, to);
    for (let j = 0; j < to; j++) {
      const column = Array.from({ length: from }, (_, i) => weights[i * to + j] as number);
      expect(column.every((weight) => weight >= 0)).toBe(true);
      expect(column.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
  });
});
