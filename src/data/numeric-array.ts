/** An n-dimensional array of numbers inside a ByteSource (IDX, NPY), row-major, read row by row along its first axis. */
import { GibbonError } from '../base/errors.ts';
import type { ByteSource } from './source.ts';
import { truncated } from './source.ts';
import type { DType } from './typed-values.ts';
import { BYTES, decodeValues } from './typed-values.ts';

export interface NumericArray {
  /** What to call it in messages. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Byte order of the values. */
  readonly little: boolean;
  readonly source: ByteSource;
  /** Where the first value starts, in bytes. */
  readonly offset: number;
}

const MAX_DIMENSIONS = 32;

/** The number of values in `shape` (1 for a scalar). */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Refuses a header that promises more than the file holds, before anything of that size is allocated.
 * Throws E_DATA_SHAPE for impossible sizes, E_DATA_UNREADABLE for a file that is too short.
 */
export function checkDeclaredShape(name: string, shape: readonly number[], dtype: DType, available: number): void {
  if (shape.length > MAX_DIMENSIONS || shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new GibbonError('E_DATA_SHAPE', `${name} declares the impossible shape [${shape.slice(0, 8).join(', ')}].`, {
      hint: 'The header is damaged: export the array again.',
    });
  }
  // A product of doubles overflows to Infinity, never to something small, so the comparison stays right.
  const needed = elementCount(shape) * BYTES[dtype];
  if (needed > available)
    throw truncated(name, `its header declares ${dtype}[${shape.join(', ')}], ${needed} bytes, and ${available} follow`);
}

/** Bytes of one row (all axes but the first). */
export function rowBytes(array: NumericArray): number {
  return elementCount(array.shape.slice(1)) * BYTES[array.dtype];
}

/** Row `index` as float32, each value divided by `divisor`. */
export async function readRow(array: NumericArray, index: number, divisor = 1): Promise<Float32Array> {
  const size = rowBytes(array);
  const bytes = await array.source.read(array.offset + index * size, size);
  return decodeValues(bytes, array.dtype, array.little, new Float32Array(size / BYTES[array.dtype]), divisor);
}

/** All values as doubles; meant for labels, so E_LABELS_MISMATCH unless the array is [N] or [N, 1]. */
export async function readColumn(array: NumericArray): Promise<Float64Array> {
  const [n = 0, ...rest] = array.shape;
  if (array.shape.length === 0 || elementCount(rest) !== 1) {
    throw new GibbonError(
      'E_LABELS_MISMATCH',
      `${array.name} has the shape [${array.shape.join(', ')}]; labels are one number for each sample.`,
      { hint: 'For one-hot rows or scores, save their argmax.' },
    );
  }
  const bytes = await array.source.read(array.offset, n * BYTES[array.dtype]);
  return decodeValues(bytes, array.dtype, array.little, new Float64Array(n));
}
