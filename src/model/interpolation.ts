/** Resizing along one axis as a product with a matrix: linear interpolation, over a window that grows where the picture shrinks (as PIL's "bilinear"). */
import { floats, type Tensor } from '../onnx/tensor.ts';

/** Weights [from, to]: column j holds what each old place gives to the new place j; every column sums to 1. */
export function interpolation(from: number, to: number): Tensor {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const matrix = new Float64Array(from * to);
  for (let j = 0; j < to; j++) {
    const centre = (j + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const weights = Array.from({ length: end - first }, (_, k) => Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / reach)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [k, weight] of weights.entries()) matrix[(first + k) * to + j] = weight / total;
  }
  return floats(matrix, [from, to]);
}
