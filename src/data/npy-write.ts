/** Writes NPY (version 1.0) and NPZ (stored, not compressed, so that equal arrays give equal bytes). */
import { zipSync } from 'fflate';
import { GibbonError } from '../base/errors.ts';
import { elementCount } from './numeric-array.ts';

const DESCR = {
  uint8: '|u1',
  int8: '|i1',
  bool: '|b1',
  uint16: '<u2',
  int16: '<i2',
  uint32: '<u4',
  int32: '<i4',
  int64: '<i8',
  float32: '<f4',
  float64: '<f8',
} as const;

export type NpyDType = keyof typeof DESCR;

const WRITERS: Readonly<Record<NpyDType, (view: DataView, at: number, value: number) => void>> = {
  uint8: (view, at, value) => view.setUint8(at, value),
  int8: (view, at, value) => view.setInt8(at, value),
  bool: (view, at, value) => view.setUint8(at, value === 0 ? 0 : 1),
  uint16: (view, at, value) => view.setUint16(at, value, true),
  int16: (view, at, value) => view.setInt16(at, value, true),
  uint32: (view, at, value) => view.setUint32(at, value, true),
  int32: (view, at, value) => view.setInt32(at, value, true),
  int64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  float32: (view, at, value) => view.setFloat32(at, value, true),
  float64: (view, at, value) => view.setFloat64(at, value, true),
};

/** An array for `writeNpz`: row-major `data` of `shape`. */
export interface NpyEntry {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype: NpyDType;
}

/** The bytes of an NPY file, little-endian, row-major. Throws E_INTERNAL where shape and data disagree. */
export function writeNpy(data: ArrayLike<number>, shape: readonly number[], dtype: NpyDType): Uint8Array {
  if (elementCount(shape) !== data.length)
    throw new GibbonError('E_INTERNAL', `${data.length} values do not have the shape [${shape.join(', ')}].`);
  const descr = DESCR[dtype];
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // The values start at a multiple of 64 bytes, as NEP 1 asks.
  const size = Math.ceil((10 + text.length + 1) / 64) * 64;
  const step = Number(descr.slice(2));
  const bytes = new Uint8Array(size + data.length * step);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  bytes.set(new TextEncoder().encode(`${text.padEnd(size - 11)}\n`), 10);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, size - 10, true);
  const write = WRITERS[dtype];
  for (let i = 0, at = size; i < data.length; i++, at += step) write(view, at, data[i] as number);
  return bytes;
}

/** The bytes of an NPZ file: one `<key>.npy` for each entry, in their order. */
export function writeNpz(entries: Readonly<Record<string, NpyEntry>>): Uint8Array {
  const files = Object.entries(entries).map(([key, { data, shape, dtype }]) => [`${key}.npy`, writeNpy(data, shape, dtype)] as const);
  // A fixed date (the first that ZIP can hold), or the same arrays would differ from run to run.
  return zipSync(Object.fromEntries(files), { level: 0, mtime: new Date(1980, 0, 1) });
}
