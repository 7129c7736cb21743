/** Constants of test cases. */
import { type ElementType, floats, sizeOf, type Tensor } from '../../../src/onnx/tensor.ts';

export const scalar = (value: number): Tensor => floats([value], []);

export const typed = (
  type: ElementType,
  array: Int8Array | Uint8Array | Int32Array | Uint16Array | BigInt64Array | Float64Array,
  shape: readonly number[],
): Tensor => ({ type, shape, data: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) });

/** Numbers in [0.3, 2.3]. */
export const positive = (shape: readonly number[]): Tensor =>
  floats(
    Array.from({ length: sizeOf(shape) }, (_, i) => 0.3 + ((i * 7) % 11) / 5),
    shape,
  );

/** Numbers in [−1, 1]. */
export const signed = (shape: readonly number[], seed = 1): Tensor =>
  floats(
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + 2 * i)),
    shape,
  );

export const zeros = (shape: readonly number[]): Tensor => floats(new Float32Array(sizeOf(shape)), shape);
