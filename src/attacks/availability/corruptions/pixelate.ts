/** Pixelation: made smaller by means over boxes, and large again by repetition (arXiv:1903.12261). */
import { floats, type Tensor } from '../../../onnx/tensor.ts';
import { defineCorruption } from '../corruption.ts';
import { separable } from '../graphs/filter.ts';

export const pixelate = defineCorruption<number>({
  id: 'pixelate',
  name: 'Pixelation',
  family: 'digital',
  small: [0.95, 0.9, 0.85, 0.75, 0.65],
  large: [0.6, 0.5, 0.4, 0.3, 0.25],
  text: (share) => `${Math.round(100 * share)} % of the width and height`,
  graph: ({ g }, x, share) => {
    const [, , height, width] = x.shape as [number, number, number, number];
    return separable(g, x, blocks(height, share), blocks(width, share));
  },
});

/** Down and up again, as Pillow's box filter does both. */
export function blocks(size: number, share: number): Tensor {
  const small = Math.max(1, Math.floor(size * share));
  const down = boxes(size, small);
  const up = boxes(small, size);
  const matrix = up.flatMap((weights) => {
    const row = new Array<number>(size).fill(0);
    for (const [i, weight] of weights) for (const [k, own] of down[i] as [number, number][]) row[k] = (row[k] as number) + weight * own;
    return row;
  });
  return floats(matrix, [size, size]);
}

/** For each of `to` pixels the old pixels whose middle lies in its box, with equal weights. */
function boxes(from: number, to: number): [at: number, weight: number][][] {
  const scale = from / to;
  const width = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const middle = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(middle - width / 2 + 0.5));
    const end = Math.min(from, Math.floor(middle + width / 2 + 0.5));
    const kept: number[] = [];
    for (let k = first; k < end; k++) {
      const away = (k - middle + 0.5) / width;
      if (away > -0.5 && away <= 0.5) kept.push(k);
    }
    return kept.map((k): [number, number] => [k, 1 / kept.length]);
  });
}
