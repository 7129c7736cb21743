/** Constant tensors of a graph: element type, dimensions and little-endian bytes. */
import { GibbonError } from '../base/errors.ts';

/** The ONNX element types, by the number that the file format gives them. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
  float6e2m3: 27,
  float6e3m2: 28,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

const BITS: Record<ElementType, number> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  string: 0,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
  float4e2m1: 4,
  float8e8m0: 8,
  uint2: 2,
  int2: 2,
  float6e2m3: 6,
  float6e3m2: 6,
};

/** A constant; `data` is shared by every graph that mentions it and is never written to. */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian elements, several to a byte for types below 8 bits; empty for strings, which stand in `strings`. */
  readonly data: Uint8Array;
  readonly strings?: readonly string[];
  /** The strings as they stand in the file, where some are not UTF-8. */
  readonly encoded?: readonly Uint8Array[];
  /** What else the file says of the tensor (documentation, metadata, fields of newer formats), as protobuf. */
  readonly kept?: Uint8Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Bytes per element, a fraction for types below 8 bits; 0 for strings. */
export function bytesPer(type: ElementType): number {
  return BITS[type] / 8;
}

/** Bytes that the elements of a tensor take, known without touching them: weights in files of their own are read only when `data` is. */
export function byteLengthOf({ type, shape }: Pick<Tensor, 'type' | 'shape'>): number {
  return Math.ceil((sizeOf(shape) * BITS[type]) / 8);
}

const BY_CODE = new Map(Object.entries(ELEMENT_TYPES).map(([name, code]) => [code as number, name as ElementType]));

/** @throws GibbonError E_MODEL_UNSUPPORTED for a number that the format does not know */
export function elementTypeOf(code: number): ElementType {
  const type = BY_CODE.get(code);
  if (type) return type;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `element type ${code} is not known`, {
    hint: 'The file is damaged, or was made for a newer version of ONNX: export it with an older opset.',
  });
}

export function isFloat(type: ElementType): boolean {
  return type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16';
}

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A float32 (or, with `type`, float64) tensor of these numbers. */
export function floats(values: ArrayLike<number>, shape: readonly number[], type: ElementType = 'float32'): Tensor {
  const data = type === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
  return { type: type === 'float64' ? 'float64' : 'float32', shape, data: bytesOf(data) };
}

/** The integer as 64 bits hold it: their largest, which exporters write for "to the end", rounds up beyond them in a JavaScript number. */
export function int64(value: number): bigint {
  if (!Number.isInteger(value)) {
    throw new GibbonError('E_MODEL_SHAPE', `${value} where a whole number belongs`, {
      hint: 'The model gives a fraction, or nothing, for a size, axis or index: it is damaged, or its exporter is at fault.',
    });
  }
  const exact = BigInt(value);
  if (exact >= 2n ** 63n) return 2n ** 63n - 1n;
  return exact < -(2n ** 63n) ? -(2n ** 63n) : exact;
}

/** An int64 tensor; a vector unless a shape is given. @throws GibbonError E_MODEL_SHAPE for what is no whole number */
export function int64s(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return { type: 'int64', shape, data: bytesOf(BigInt64Array.from(values, int64)) };
}

export function bools(values: readonly boolean[], shape: readonly number[] = [values.length]): Tensor {
  return { type: 'bool', shape, data: Uint8Array.from(values, (value) => (value ? 1 : 0)) };
}

/** A typed view of the elements (copied only where the bytes are not aligned). */
export function view(
  tensor: Tensor,
):
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array {
  const width = Math.floor(bytesPer(tensor.type));
  const aligned = tensor.data.byteOffset % Math.max(width, 1) === 0 ? tensor.data : new Uint8Array(tensor.data);
  const { buffer, byteOffset } = aligned;
  const length = width === 0 ? 0 : aligned.byteLength / width;
  switch (tensor.type) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, length);
    case 'float64':
      return new Float64Array(buffer, byteOffset, length);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, length);
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, length);
    case 'int32':
      return new Int32Array(buffer, byteOffset, length);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, length);
    case 'int16':
      return new Int16Array(buffer, byteOffset, length);
    case 'int8':
      return new Int8Array(buffer, byteOffset, length);
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(buffer, byteOffset, length);
    default:
      return new Uint8Array(buffer, byteOffset, length);
  }
}

export function isHalf(type: ElementType): boolean {
  return type === 'float16' || type === 'bfloat16';
}

/** A half-precision tensor in single precision, exactly; any other tensor as it is. */
export function widened(tensor: Tensor): Tensor {
  if (!isHalf(tensor.type)) return tensor;
  const decode = tensor.type === 'bfloat16' ? fromBfloat16 : fromFloat16;
  return floats(Float32Array.from(view(tensor) as Uint16Array, decode), tensor.shape);
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function fromFloat16(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The upper half of a float32. */
function fromBfloat16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] as number;
}

/** Far more than shapes, axes and indices ever are. */
const MOST_NUMBERS = 2 ** 24;

/** The elements as JavaScript numbers; meant for shapes, axes and scalars, not for weights. @throws GibbonError E_MODEL_UNSUPPORTED for too many */
export function numbers(tensor: Tensor): number[] {
  if (sizeOf(tensor.shape) > MOST_NUMBERS) {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `a list of ${sizeOf(tensor.shape)} numbers where a shape or indices belong`, {
      hint: 'The model computes shapes or indices that no network needs: it is damaged, or made to do harm.',
    });
  }
  return Array.from(view(tensor) as ArrayLike<number | bigint>, Number);
}
