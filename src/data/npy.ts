/** The NPY format of NumPy (NEP 1): magic, version, a Python dictionary as text, values. Pickled objects are refused, never run. */
import { GibbonError } from '../base/errors.ts';
import type { NumericArray } from './numeric-array.ts';
import { checkDeclaredShape, elementCount } from './numeric-array.ts';
import type { ByteSource } from './source.ts';
import { MAX_WHOLE_FILE, memorySource, truncated } from './source.ts';
import type { DType } from './typed-values.ts';
import { BYTES } from './typed-values.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy's own headers are below 200 bytes. */
const MAX_HEADER = 65536;

const DTYPES: Readonly<Record<string, DType>> = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

export const isNpy = (head: Uint8Array): boolean => MAGIC.every((byte, i) => head[i] === byte);

interface NpyHeader {
  readonly dtype: DType;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: number[];
}

/** Opens an array. Throws E_DATA_UNREADABLE for another format, a damaged or unsupported header or a short file; E_DATA_SHAPE. */
export async function openNpy(source: ByteSource): Promise<NumericArray> {
  const { name } = source;
  const head = await source.read(0, Math.min(source.size, 12));
  if (!isNpy(head))
    throw new GibbonError('E_DATA_UNREADABLE', `${name} is no NPY file: it does not start with \\x93NUMPY.`, {
      hint: 'Write it with numpy.save(path, array).',
    });
  if (head.length < 12) throw truncated(name, 'it ends inside its header');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const long = (head[6] as number) >= 2;
  const size = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = long ? 12 : 10;
  if (size > MAX_HEADER)
    throw new GibbonError('E_DATA_UNREADABLE', `${name} declares a header of ${size} bytes.`, {
      hint: 'The file is damaged: save the array again.',
    });
  const { dtype, little, fortran, shape } = parseHeader(new TextDecoder('latin1').decode(await source.read(start, size)), name);
  const offset = start + size;
  checkDeclaredShape(name, shape, dtype, source.size - offset);
  const array: NumericArray = { name, shape, dtype, little, source, offset };
  return fortran && shape.length > 1 ? rowMajor(array) : array;
}

function parseHeader(text: string, name: string): NpyHeader {
  const descr = /'descr'\s*:\s*'([<>|=])([a-zA-Z]\d*)'/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  const dtype = DTYPES[descr?.[2] ?? ''];
  if (order === null || shape === null || !/'descr'/.test(text)) {
    throw new GibbonError('E_DATA_UNREADABLE', `${name} has a damaged NPY header: ${JSON.stringify(text.slice(0, 80))}.`, {
      hint: 'Save the array again with numpy.save.',
    });
  }
  if (dtype === undefined) {
    throw new GibbonError(
      'E_DATA_UNREADABLE',
      `${name} holds values of a kind that Gibbon does not read: ${/'descr'\s*:\s*(.{1,40}?)\s*,\s*'/.exec(text)?.[1] ?? 'unknown'}.`,
      { hint: 'Save a plain array of numbers, e.g. array.astype("float32"); object and record arrays are not supported.' },
    );
  }
  const sizes = (shape[1] as string)
    .split(',')
    .map((size) => size.replace('L', '').trim())
    .filter((size) => size !== '');
  return { dtype, little: descr?.[1] !== '>', fortran: order[1] === 'True', shape: sizes.map(Number) };
}

/** Reorders a column-major array once, in memory: its rows are scattered over the whole file. */
async function rowMajor(array: NumericArray): Promise<NumericArray> {
  const { shape, name, dtype } = array;
  const total = elementCount(shape);
  const step = BYTES[dtype];
  if (total * step > MAX_WHOLE_FILE)
    throw new GibbonError('E_DATA_UNREADABLE', `${name} is in Fortran order and too large to be reordered in memory.`, {
      hint: 'Save it with numpy.save(path, numpy.ascontiguousarray(array)).',
    });
  const from = await array.source.read(array.offset, total * step);
  const to = new Uint8Array(from.length);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, at = 0; i < total; i++) {
    for (let b = 0; b < step; b++) to[i * step + b] = from[at * step + b] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      at += strides[axis] as number;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      at -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return { ...array, source: memorySource(name, to), offset: 0 };
}
