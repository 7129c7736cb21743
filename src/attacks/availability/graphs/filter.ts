/** Filters of pictures as graphs: separable ones as products with banded matrices, others as convolutions, with the borders of the usual libraries. */
import type { GraphBuilder } from '../../../onnx/build.ts';
import { int, ints, type Value } from '../../../onnx/graph.ts';
import { floats, int64s, type Tensor } from '../../../onnx/tensor.ts';

/** What stands outside: the edge repeated (aaa|abc), mirrored with it (cba|abc), or mirrored about it (dcb|abc). */
export type Border = 'nearest' | 'reflect' | 'mirror';

/** The place inside [0, size) that stands at `at`. */
export function inside(at: number, size: number, border: Border): number {
  if (size === 1 || border === 'nearest') return Math.min(size - 1, Math.max(0, at));
  const period = border === 'reflect' ? 2 * size : 2 * size - 2;
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - folded - (border === 'reflect' ? 1 : 0);
}

/** y = rows · x · columnsᵀ for x [B, C, H, W]; rows [H', H], columns [W', W]. */
export function separable(g: GraphBuilder, x: Value, rows: Tensor, columns: Tensor): Value {
  const across = g.matmul(x, g.constant(transposed(columns)));
  return g.matmul(g.constant(rows), across);
}

function transposed(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const data = new Float32Array(matrix.data.buffer, matrix.data.byteOffset, rows * columns);
  return floats(
    data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)] as number),
    [columns, rows],
  );
}

/** A one-dimensional filter as a matrix [size, size]; the window's middle lies on the pixel. */
export function banded(size: number, window: readonly number[], border: Border): Tensor {
  const matrix = new Float32Array(size * size);
  const half = (window.length - 1) / 2;
  for (let at = 0; at < size; at++) {
    for (const [i, weight] of window.entries()) {
      const place = at * size + inside(at + i - half, size, border);
      matrix[place] = (matrix[place] as number) + weight;
    }
  }
  return floats(matrix, [size, size]);
}

/** Sampled Gaussian window of radius ⌊truncate·σ + ½⌋, as in scipy.ndimage. */
export function bell(sigma: number, truncate = 4): number[] {
  const radius = Math.floor(truncate * sigma + 0.5);
  const raw = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((v) => v / total);
}

export interface BellOptions {
  readonly truncate?: number;
  readonly border?: Border;
}

/** Gaussian blur of x [B, C, H, W]. */
export function gaussian(g: GraphBuilder, x: Value, sigma: number, { truncate = 4, border = 'nearest' }: BellOptions = {}): Value {
  const window = sigma > 0 ? bell(sigma, truncate) : [1];
  if (window.length === 1) return x;
  const [, , height, width] = x.shape as [number, number, number, number];
  return separable(g, x, banded(height, window, border), banded(width, window, border));
}

/** Correlation of every plane of x [B, C, H, W] with one kernel [k, k]. */
export function filtered(g: GraphBuilder, x: Value, kernel: readonly (readonly number[])[], border: Border): Value {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const size = kernel.length;
  const pad = (v: Value, axis: number, dim: number): Value => {
    const places = Array.from({ length: dim + size - 1 }, (_, i) => inside(i - (size - 1) / 2, dim, border));
    return g.node('Gather', [v, g.constant(int64s(places))], { axis: int(axis) });
  };
  const padded = pad(pad(x, 2, height), 3, width);
  const planes = g.reshape(padded, [batch * channels, 1, height + size - 1, width + size - 1]);
  const weights = g.constant(floats(kernel.flat(), [1, 1, size, size]));
  const made = g.node('Conv', [planes, weights], { kernel_shape: ints([size, size]) });
  return g.reshape(made, [batch, channels, height, width]);
}
