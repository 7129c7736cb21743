/** Reads sparse tensors of an ONNX file (SparseTensorProto) into dense ones. */
import { GibbonError } from '../base/errors.ts';
import { DAMAGED, type ExternalData, later } from './external.ts';
import type { SparseTensorProto } from './generated/onnx_pb.js';
import { keeping } from './kept.ts';
import { readTensor } from './read-tensor.ts';
import { byteLengthOf, bytesPer, numbers, sizeOf, type Tensor } from './tensor.ts';

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
