/** Tells a data file's format from its name and its first bytes. */
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { GibbonError } from '../base/errors.ts';
import { AUDIO_NAME } from './audio-file.ts';
import { cifarLabelBytes } from './cifar.ts';
import { isIdx } from './idx.ts';
import { IMAGE_NAME } from './image-file.ts';
import { isNpy } from './npy.ts';
import { fileError } from './source.ts';
import { TABLE_NAME } from './table-file.ts';

export type DataFormat = 'folder' | 'file' | 'idx' | 'npy' | 'npz' | 'cifar' | 'table';

const SUPPORTED =
  'Gibbon reads folders of images or audio files, IDX (MNIST), CIFAR binary files, .npy and .npz, and tables (.csv, .tsv, .parquet).';

/** The format of what is at `path`; `file` is a single image or WAV file. Throws E_FILE_NOT_FOUND, E_DATA_EMPTY, E_DATA_UNREADABLE. */
export async function detectFormat(path: string): Promise<DataFormat> {
  const found = await stat(path).catch((thrown: unknown) => Promise.reject(fileError(thrown, path)));
  if (found.isDirectory()) return 'folder';
  if (!found.isFile()) throw new GibbonError('E_DATA_UNREADABLE', `${path} is neither a file nor a folder.`, { hint: SUPPORTED });
  if (found.size === 0) throw new GibbonError('E_DATA_EMPTY', `${path} is empty.`, { hint: 'Download or export the file again.' });
  const name = basename(path);
  if (IMAGE_NAME.test(name) || AUDIO_NAME.test(name)) return 'file';
  if (/\.np[yz]$/i.test(name)) return /y$/i.test(name) ? 'npy' : 'npz';
  if (TABLE_NAME.test(name)) return 'table';
  // A dark CIFAR image may start with bytes that look like an IDX header, so the name comes first.
  const isBinary = /\.bin$/i.test(name) || /cifar/i.test(name);
  if (isBinary && !/idx/i.test(name) && cifarLabelBytes(path, found.size) !== undefined) return 'cifar';
  const head = await fileHead(path);
  if (isIdx(head) || /idx\d/i.test(name)) return 'idx';
  if (isNpy(head)) return 'npy';
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) return 'npz';
  if (isBinary) return 'cifar';
  throw new GibbonError(
    'E_DATA_UNREADABLE',
    `${path} is of no format that Gibbon reads; it starts with the bytes ${[...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}.`,
    { hint: SUPPORTED },
  );
}

/** The first bytes of a file, unpacked where its name ends in .gz; none where that fails. */
async function fileHead(path: string): Promise<Uint8Array> {
  const handle = await open(path).catch((thrown: unknown) => Promise.reject(fileError(thrown, path)));
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(4096), 0, 4096, 0);
    const head = buffer.subarray(0, bytesRead);
    return path.endsWith('.gz') ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }) : head;
  } catch {
    return new Uint8Array(0);
  } finally {
    await handle.close();
  }
}
