/** The IDX format of MNIST (LeCun, "The MNIST database"): 0 0 type rank, big-endian sizes, big-endian values. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { GibbonError } from '../base/errors.ts';
import type { NumericArray } from './numeric-array.ts';
import { checkDeclaredShape, elementCount } from './numeric-array.ts';
import type { ByteSource } from './source.ts';
import { fileSource, MAX_WHOLE_FILE, memorySource, readWholeFile } from './source.ts';
import type { DType } from './typed-values.ts';
import { BYTES } from './typed-values.ts';

const TYPES: Readonly<Record<number, DType>> = {
  0x08: 'uint8',
  0x09: 'int8',
  0x0b: 'int16',
  0x0c: 'int32',
  0x0d: 'float32',
  0x0e: 'float64',
};
const MAX_RANK = 8;

/** Do these first bytes look like an IDX header? */
export function isIdx(head: Uint8Array): boolean {
  const [a, b, type = 0, rank = 0] = head;
  return a === 0 && b === 0 && TYPES[type] !== undefined && rank >= 1 && rank <= MAX_RANK;
}

/** `head` holds at least the header. */
function parseHeader(head: Uint8Array, name: string): { dtype: DType; shape: number[]; offset: number } {
  const dtype = TYPES[head[2] ?? 0];
  if (!isIdx(head) || dtype === undefined) {
    throw new GibbonError('E_DATA_UNREADABLE', `${name} is no IDX file: its first bytes are ${[...head.subarray(0, 4)].join(' ')}.`, {
      hint: 'An IDX file starts with 0 0, a type (8 for bytes) and the number of dimensions.',
    });
  }
  const rank = head[3] as number;
  const offset = 4 + 4 * rank;
  if (head.length < offset)
    throw new GibbonError('E_DATA_UNREADABLE', `${name} is truncated: it ends inside its IDX header.`, {
      hint: 'Download the file again.',
    });
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return { dtype, shape: Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i)), offset };
}

/** Opens an IDX file (also .gz). Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE, E_DATA_SHAPE. */
export async function openIdx(path: string): Promise<NumericArray> {
  const source = path.endsWith('.gz') ? await gunzipIdx(path) : await fileSource(path);
  const head = await source.read(0, Math.min(source.size, 4 + 4 * MAX_RANK));
  const { dtype, shape, offset } = parseHeader(head, path);
  checkDeclaredShape(path, shape, dtype, source.size - offset);
  const excess = source.size - offset - elementCount(shape) * BYTES[dtype];
  if (excess > 0)
    throw new GibbonError('E_DATA_SHAPE', `${path} has ${excess} bytes more than its header ${dtype}[${shape.join(', ')}] declares.`, {
      hint: 'The header is damaged, or files were joined: export the file again.',
    });
  return { name: path, shape, dtype, little: false, source, offset };
}

/** Unpacks no more than the header declares, so that a small file cannot fill the memory. */
async function gunzipIdx(path: string): Promise<ByteSource> {
  const packed = await readWholeFile(path);
  try {
    const head = gunzipSync(packed.subarray(0, 4096), { finishFlush: constants.Z_SYNC_FLUSH });
    const { dtype, shape, offset } = parseHeader(head, path);
    const size = offset + elementCount(shape) * BYTES[dtype];
    // Deflate packs at most 1032 to 1.
    checkDeclaredShape(path, shape, dtype, Math.min(MAX_WHOLE_FILE, packed.length * 1032));
    return memorySource(path, gunzipSync(packed, { maxOutputLength: size }));
  } catch (thrown) {
    if (thrown instanceof GibbonError) throw thrown;
    throw new GibbonError('E_DATA_UNREADABLE', `${path} cannot be unpacked: ${(thrown as Error).message}`, {
      hint: 'Download the file again, or unpack it with gunzip.',
      cause: thrown,
    });
  }
}

/** The label file that belongs to an image file by name: `…images-idx3-ubyte` → `…labels-idx1-ubyte`, packed or not; undefined where there is none. */
export async function siblingLabels(images: string): Promise<string | undefined> {
  const name = basename(images);
  const plain = name
    .replace(/images/i, (word) => (word === 'images' ? 'labels' : 'LABELS'))
    .replace(/idx[34]/, 'idx1')
    .replace(/\.gz$/, '');
  if (plain === name.replace(/\.gz$/, '')) return undefined;
  for (const candidate of [plain, `${plain}.gz`]) {
    const path = join(dirname(images), candidate);
    if (
      await stat(path).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return path;
  }
  return undefined;
}
