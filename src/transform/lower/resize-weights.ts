/**
 * Where each output of a Resize reads along one axis, and with which weights: the coordinate modes, rounding modes and filters of the operator's text,
 * in single precision where ONNX Runtime computes so (ties decide which neighbour is nearest).
 */
import { listOf } from '../../ops/shapes.ts';

const f = Math.fround;

/** One axis of a Resize. */
export interface Axis {
  readonly size: number;
  readonly out: number;
  /** out / size as the file gives it, a float32. */
  readonly scale: number;
  readonly coordinates: string;
  /** Start and end of the region of interest (tf_crop_and_resize only). */
  readonly roi: readonly [number, number];
}

/** One output: weights of inputs; none where it lies outside and is extrapolated. */
export type Row = ReadonlyMap<number, number>;

/** The coordinate in the input from which output `i` is read. */
export function coordinateOf(i: number, { size, out, scale, coordinates, roi }: Axis): number {
  switch (coordinates) {
    case 'asymmetric':
      return f(i / scale);
    case 'align_corners':
      return out === 1 ? 0 : f(f(i * (size - 1)) / (out - 1));
    case 'pytorch_half_pixel':
      return out === 1 ? 0 : f(f(f(i + 0.5) / scale) - 0.5);
    case 'tf_half_pixel_for_nn':
      return f(f(i + 0.5) / scale);
    case 'tf_crop_and_resize': {
      const [start, end] = roi;
      return out > 1 ? f(start * (size - 1) + (i * (end - start) * (size - 1)) / (out - 1)) : f(0.5 * (start + end) * (size - 1));
    }
    case 'half_pixel_symmetric': {
      const offset = f(f(size / 2) * f(1 - f(out / f(scale * size))));
      return f(f(offset + f(f(i + 0.5) / scale)) - 0.5);
    }
    default:
      return f(f(f(i + 0.5) / scale) - 0.5);
  }
}

/** Does the output lie outside the input, where tf_crop_and_resize extrapolates? */
const isOutside = (x: number, { size, coordinates }: Axis): boolean => coordinates === 'tf_crop_and_resize' && (x < 0 || x > size - 1);

const clamped = (at: number, size: number): number => Math.min(Math.max(at, 0), size - 1);

/** The index that each output copies; −1 where it is extrapolated. `simple` is the rounding before opset 11. */
export function nearest(axis: Axis, rounding: string): number[] {
  return listOf(axis.out, (i) => {
    const x = coordinateOf(i, axis);
    return isOutside(x, axis) ? -1 : clamped(rounded(x, rounding, axis.scale), axis.size);
  });
}

function rounded(x: number, rounding: string, scale: number): number {
  switch (rounding) {
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'simple':
      return scale < 1 ? Math.ceil(x) : Math.trunc(x);
    default:
      return Math.ceil(x - 0.5);
  }
}

export interface Filter {
  readonly mode: string;
  readonly cubic: number;
  readonly excludesOutside: boolean;
  readonly isAntialiased: boolean;
}

/** The weights of every output. */
export function interpolation(axis: Axis, filter: Filter): Row[] {
  return listOf(axis.out, (i) => {
    const x = coordinateOf(i, axis);
    if (isOutside(x, axis)) return new Map();
    if (filter.isAntialiased) return antialiased(x, axis, filter);
    return filter.mode === 'cubic' ? cubic(x, axis, filter) : linear(x, axis);
  });
}

function linear(coordinate: number, { size }: Axis): Row {
  const x = Math.min(Math.max(coordinate, 0), size - 1);
  const low = Math.min(Math.floor(x), size - 1);
  return low === size - 1
    ? new Map([[low, 1]])
    : new Map([
        [low, 1 - (x - low)],
        [low + 1, x - low],
      ]);
}

/** Keys' cubic convolution kernel with parameter a. */
function kernel(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

function cubic(x: number, { size }: Axis, { cubic: a, excludesOutside }: Filter): Row {
  const low = Math.floor(x);
  const taps = [-1, 0, 1, 2].map((k): [number, number] => [low + k, kernel(x - low - k, a)]);
  return collected(taps, size, excludesOutside);
}

/** The same kernels stretched over as many inputs as one output stands for, normalised. */
function antialiased(x: number, { size, scale }: Axis, { mode, cubic: a, excludesOutside }: Filter): Row {
  const stretch = Math.max(1 / scale, 1);
  const reach = (mode === 'cubic' ? 2 : 1) * stretch;
  const [first, last] = [Math.floor(x + 0.5 - reach + 0.5), Math.floor(x + 0.5 + reach + 0.5)];
  const taps = Array.from({ length: last - first }, (_, k): [number, number] => {
    const d = (first + k - x) / stretch;
    return [first + k, mode === 'cubic' ? kernel(d, a) : Math.max(0, 1 - Math.abs(d))];
  });
  const total = taps.filter(([at]) => !excludesOutside || (at >= 0 && at < size)).reduce((sum, [, weight]) => sum + weight, 0);
  return collected(
    taps.map(([at, weight]): [number, number] => [at, weight / total]),
    size,
    excludesOutside,
  );
}

/** Taps outside count for the edge, or are left out and the others normalised. */
function collected(taps: readonly (readonly [number, number])[], size: number, excludesOutside: boolean): Row {
  const inside = excludesOutside ? taps.filter(([at]) => at >= 0 && at < size) : taps;
  const total = excludesOutside ? inside.reduce((sum, [, weight]) => sum + weight, 0) : 1;
  const row = new Map<number, number>();
  for (const [at, weight] of inside) row.set(clamped(at, size), (row.get(clamped(at, size)) ?? 0) + weight / total);
  return row;
}
