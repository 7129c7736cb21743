/** Zoom blur: the mean of ever larger pictures, as of a camera that nears fast (arXiv:1903.12261). */
import { floats, type Tensor } from '../../../onnx/tensor.ts';
import { defineCorruption } from '../corruption.ts';
import { separable } from '../graphs/filter.ts';

interface Zooms {
  readonly step: number;
  readonly count: number;
}

export const zoomBlur = defineCorruption<Zooms>({
  id: 'zoom_blur',
  name: 'Zoom blur',
  family: 'blur',
  // One more than the range suggests, twice: NumPy's arange includes 1.06 and 1.11, by rounding.
  small: [7, 12, 16, 21, 26].map((count) => ({ step: 0.01, count })),
  large: [
    { step: 0.01, count: 12 },
    { step: 0.01, count: 16 },
    { step: 0.02, count: 11 },
    { step: 0.02, count: 13 },
    { step: 0.03, count: 11 },
  ],
  text: ({ step, count }) => `zooms from 1 to ${(1 + step * (count - 1)).toFixed(2)} in steps of ${step}`,
  graph: ({ g }, x, { step, count }) => {
    const [, , height, width] = x.shape as [number, number, number, number];
    let sum = x;
    for (let i = 0; i < count; i++) {
      const factor = 1 + i * step;
      sum = g.add(sum, separable(g, x, zoomMatrix(height, factor), zoomMatrix(width, factor)));
    }
    return g.mul(sum, g.scalar(1 / (count + 1)));
  },
});

/** The middle of a line of `size` pixels, enlarged by this factor, bilinearly between its first and its last pixel, and cut to the line again. */
export function zoomMatrix(size: number, factor: number): Tensor {
  const kept = Math.min(size, Math.ceil(size / factor - 1e-9));
  const first = Math.floor((size - kept) / 2);
  const enlarged = Math.max(size, Math.round(kept * factor));
  const trim = Math.floor((enlarged - size) / 2);
  const matrix = new Float32Array(size * size);
  for (let at = 0; at < size; at++) {
    const place = enlarged === 1 ? 0 : ((at + trim) * (kept - 1)) / (enlarged - 1);
    const below = Math.min(kept - 1, Math.floor(place));
    const share = place - below;
    matrix[at * size + first + below] = 1 - share;
    if (share > 0) matrix[at * size + first + below + 1] = share;
  }
  return floats(matrix, [size, size]);
}
