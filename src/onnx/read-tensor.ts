/** Reads the tensors of an ONNX file (TensorProto): as bytes, as numbers, as strings, or from files beside it. */
import { GibbonError } from '../base/errors.ts';
import { DAMAGED, type ExternalData, outside } from './external.ts';
import { type TensorProto, TensorProtoSchema } from './generated/onnx_pb.js';
import { beyond, keeping } from './kept.ts';
import { byteLengthOf, type ElementType, elementTypeOf, sizeOf, type Tensor } from './tensor.ts';

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
