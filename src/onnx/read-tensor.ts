/** Reads the tensors of an ONNX file: inline, in files beside it (only once their elements are asked for), or sparse. */
import { GibbonError } from '../base/errors.ts';
import { type SparseTensorProto, type TensorProto, TensorProtoSchema } from './generated/onnx_pb.js';
import { beyond, keeping } from './kept.ts';
import { byteLengthOf, bytesPer, type ElementType, elementTypeOf, numbers, sizeOf, type Tensor } from './tensor.ts';

/** A file beside the model. */
export interface ExternalFile {
  readonly size: number;
  /** The folder on disk that the location is relative to, where there is one. */
  readonly folder?: string;
  /** Bytes `offset` to `offset + length`, which lie inside the file. */
  read(offset: number, length: number): Uint8Array;
}

/** Opens a file that the model keeps its weights in (`location` is relative to the model). @throws where it cannot be opened */
export type ExternalData = (location: string) => ExternalFile;

export const DAMAGED = 'The file is damaged or was cut short: fetch or export it again.';

const EXTERNAL = 1;
const text = new TextDecoder();
const strict = new TextDecoder('utf-8', { fatal: true });

const UNDERSTOOD = new Set<string>(
  'name dims dataType rawData floatData int32Data stringData int64Data doubleData uint64Data externalData dataLocation'.split(' '),
);

/** @throws GibbonError E_MODEL_UNREADABLE where sizes contradict, E_MODEL_UNSUPPORTED for types or files that cannot be had */
export function readTensor(proto: TensorProto, external?: ExternalData): Tensor {
  const type = elementTypeOf(proto.dataType);
  const shape = proto.dims.map(Number);
  const kept = keeping('kept', beyond(TensorProtoSchema, proto, UNDERSTOOD));
  const expected = byteLengthOf({ type, shape });
  if (shape.some((dim) => dim < 0) || !Number.isSafeInteger(expected)) {
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} declares the shape [${shape.join(', ')}]`, { hint: DAMAGED });
  }
  if (type === 'string') return { ...readStrings(proto, shape), ...kept };
  if ((proto.dataLocation as number) === EXTERNAL) return outside(proto, { type, shape, ...kept }, external);
  const data = proto.rawData.byteLength > 0 ? proto.rawData : fromNumbers(proto, type, sizeOf(shape));
  if (data.byteLength !== expected) {
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} declares ${expected} bytes and holds ${data.byteLength}`, {
      hint: DAMAGED,
    });
  }
  return { type, shape, data, ...kept };
}

function readStrings({ name, stringData }: TensorProto, shape: readonly number[]): Tensor {
  if (sizeOf(shape) !== stringData.length) {
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${name} declares ${sizeOf(shape)} strings and holds ${stringData.length}`, {
      hint: DAMAGED,
    });
  }
  const strings = stringData.map((bytes) => text.decode(bytes));
  return { type: 'string', shape, data: new Uint8Array(), strings, ...(stringData.every(isText) ? {} : { encoded: stringData }) };
}

/** Would decoding and encoding give the same bytes? */
export function isText(bytes: Uint8Array): boolean {
  // A byte order mark is left out by decoders.
  if (bytes[0] === 0xef) return false;
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Elements that stand in the file as numbers rather than bytes. */
function fromNumbers(proto: TensorProto, type: ElementType, size: number): Uint8Array {
  const from = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  switch (type) {
    case 'float32':
    case 'complex64':
      return from(Float32Array.from(proto.floatData));
    case 'float64':
    case 'complex128':
      return from(Float64Array.from(proto.doubleData));
    case 'int64':
      return from(BigInt64Array.from(proto.int64Data));
    case 'uint32':
      return from(Uint32Array.from(proto.uint64Data, Number));
    case 'uint64':
      return from(BigUint64Array.from(proto.uint64Data));
    case 'int32':
      return from(Int32Array.from(proto.int32Data));
    case 'int16':
      return from(Int16Array.from(proto.int32Data));
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return from(Uint16Array.from(proto.int32Data));
    case 'float6e2m3':
    case 'float6e3m2':
      return packed(proto.int32Data, size);
    default:
      return from(Uint8Array.from(proto.int32Data));
  }
}

/** Six bits for each number, from the least significant on: four numbers to three bytes. */
function packed(values: readonly number[], size: number): Uint8Array {
  if (values.length !== size) return new Uint8Array();
  const bytes = new Uint8Array(Math.ceil((6 * size) / 8));
  for (const [i, value] of values.entries()) {
    const [at, shift] = [Math.floor((6 * i) / 8), (6 * i) % 8];
    bytes[at] = (bytes[at] as number) | ((value & 63) << shift);
    if (shift > 2) bytes[at + 1] = (value & 63) >> (8 - shift);
  }
  return bytes;
}

/** Where a tensor's bytes stand on disk. */
export interface Place {
  readonly folder: string;
  readonly location: string;
  readonly offset: number;
}

/** By the tensor itself, since a changed copy of it stands nowhere. */
const PLACES = new WeakMap<Tensor, Place>();

/** The place of a tensor as it was read, from where the runtime can map it, once for all graphs and processes. */
export const placeOf = (tensor: Tensor): Place | undefined => PLACES.get(tensor);

/** A tensor whose bytes are read when they are first asked for, and then kept. */
function later(tensor: Omit<Tensor, 'data'>, read: () => Uint8Array): Tensor {
  let data: Uint8Array | undefined;
  return {
    ...tensor,
    get data(): Uint8Array {
      data ??= read();
      return data;
    },
  };
}

function outside(proto: TensorProto, tensor: Omit<Tensor, 'data'>, external?: ExternalData): Tensor {
  const entry = (key: string): string | undefined => proto.externalData.find((item) => item.key === key)?.value;
  const location = entry('location');
  if (!external || !location || !staysInside(location)) {
    throw new GibbonError(
      'E_MODEL_UNSUPPORTED',
      `tensor ${proto.name} keeps its data in ${location || 'an unnamed file'}, which cannot be opened`,
      {
        hint: 'Put the external data file beside the model; paths outside its folder are refused.',
      },
    );
  }
  const file = opened(proto, location, external);
  const offset = Number(entry('offset') ?? 0);
  const length = Number(entry('length') ?? file.size - offset);
  if (![offset, length].every((n) => Number.isSafeInteger(n) && n >= 0) || offset + length > file.size) {
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} lies outside its file ${location} (${file.size} bytes)`, {
      hint: DAMAGED,
    });
  }
  const expected = byteLengthOf(tensor);
  if (length !== expected) {
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} declares ${expected} bytes and has ${length} in ${location}`, {
      hint: DAMAGED,
    });
  }
  const made = later(tensor, () => attempt(proto, location, () => file.read(offset, length)));
  if (file.folder !== undefined) PLACES.set(made, { folder: file.folder, location, offset });
  return made;
}

/** A model from elsewhere must not name files outside its own folder, on any system. */
function staysInside(location: string): boolean {
  return !/^[\\/]|^[A-Za-z]:|\0/.test(location) && !location.split(/[\\/]/).includes('..');
}

function opened(proto: TensorProto, location: string, external: ExternalData): ExternalFile {
  return attempt(proto, location, () => external(location));
}

function attempt<T>(proto: TensorProto, location: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof GibbonError) throw cause;
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} keeps its data in ${location}, which cannot be read`, {
      hint: `Put ${location} beside the model: the model is not complete without it.`,
      cause,
    });
  }
}

/** Bytes that the dense form of a sparse tensor may take: a few bytes of file can declare any size. */
const MOST_DENSE = 2 ** 28;

/** A sparse tensor, in dense form. @throws as readTensor */
export function readSparse({ values, indices, dims }: SparseTensorProto, external?: ExternalData): Tensor {
  const shape = dims.map(Number);
  const wrong = (what: string): GibbonError =>
    new GibbonError('E_MODEL_UNREADABLE', `sparse tensor ${values?.name ?? ''} ${what}`, { hint: DAMAGED });
  if (!values || !indices) throw wrong('has no values or no indices');
  const some = readTensor(values, external);
  const bytes = byteLengthOf({ type: some.type, shape });
  if (shape.some((dim) => dim < 0) || !(bytes <= MOST_DENSE) || some.strings || bytesPer(some.type) < 1) {
    throw new GibbonError(
      'E_MODEL_UNSUPPORTED',
      `sparse tensor ${values.name} of shape [${shape.join(', ')}] is too large to be made dense`,
      {
        hint: 'Export the model with dense weights.',
      },
    );
  }
  const where = readTensor(indices, external);
  const count = sizeOf(some.shape);
  if (where.type !== 'int64' || ![count, count * shape.length].includes(sizeOf(where.shape)))
    throw wrong('has indices that do not fit its values');
  const at = positions(numbers(where), count, shape);
  if (at.some((position) => !(position >= 0 && position < sizeOf(shape)))) throw wrong('has indices outside its shape');
  return later({ type: some.type, shape, ...keeping('kept', some.kept) }, () => scattered(some, at, bytes));
}

/** Places in the flat dense tensor: as given, or from one index for each dimension. */
function positions(indices: readonly number[], count: number, shape: readonly number[]): number[] {
  if (shape.length === 1 || indices.length === count) return [...indices];
  return Array.from({ length: count }, (_, i) => {
    const own = indices.slice(i * shape.length, (i + 1) * shape.length);
    if (own.some((index, axis) => index < 0 || index >= (shape[axis] as number))) return -1;
    return own.reduce((position, index, axis) => position * (shape[axis] as number) + index, 0);
  });
}

function scattered({ type, data }: Tensor, at: readonly number[], bytes: number): Uint8Array {
  const width = bytesPer(type);
  const dense = new Uint8Array(bytes);
  for (const [i, position] of at.entries()) dense.set(data.subarray(i * width, (i + 1) * width), position * width);
  return dense;
}
