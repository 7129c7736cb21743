/** The number formats of array files: their sizes, and how their bytes become numbers. */

export type DType =
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'bool';

export const BYTES: Readonly<Record<DType, number>> = {
  uint8: 1,
  int8: 1,
  bool: 1,
  uint16: 2,
  int16: 2,
  float16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  uint64: 8,
  int64: 8,
  float64: 8,
};

export const isFloat = (dtype: DType): boolean => dtype.startsWith('float');

/** IEEE 754 binary16 from its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

type Reader = (view: DataView, at: number, little: boolean) => number;

const READERS: Readonly<Record<DType, Reader>> = {
  uint8: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  uint16: (view, at, little) => view.getUint16(at, little),
  int16: (view, at, little) => view.getInt16(at, little),
  uint32: (view, at, little) => view.getUint32(at, little),
  int32: (view, at, little) => view.getInt32(at, little),
  uint64: (view, at, little) => Number(view.getBigUint64(at, little)),
  int64: (view, at, little) => Number(view.getBigInt64(at, little)),
  float16: (view, at, little) => halfToNumber(view.getUint16(at, little)),
  float32: (view, at, little) => view.getFloat32(at, little),
  float64: (view, at, little) => view.getFloat64(at, little),
};

/** The first `out.length` values in `bytes`, each divided by `divisor`, into `out` (Float32Array for samples, Float64Array for labels). */
export function decodeValues<A extends Float32Array | Float64Array>(
  bytes: Uint8Array,
  dtype: DType,
  little: boolean,
  out: A,
  divisor = 1,
): A {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[dtype];
  const step = BYTES[dtype];
  for (let i = 0, at = 0; i < out.length; i++, at += step) out[i] = read(view, at, little) / divisor;
  return out;
}

/** Integers as float32, each divided by `divisor` (255 for bytes, so that they round-trip). */
export function scaled(values: Uint8Array | Uint16Array, divisor: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = (values[i] as number) / divisor;
  return out;
}
