/** The bytes of a model file, its hash, and the weight files beside it. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { GibbonError } from '../base/errors.ts';
import type { ExternalData, ExternalFile } from '../onnx/external.ts';

export interface ModelBytes {
  readonly bytes: Uint8Array;
  /** SHA-256 of the model file itself, in hexadecimal. */
  readonly sha256: string;
  /** Opens a file in the model's folder. */
  readonly beside: ExternalData;
  /** SHA-256 of all that the model is: of the file and of every weight file that was opened for it. The file's own where there is none. */
  contents(): string;
}

/** A protobuf message holds at most this many bytes; larger models keep their weights in files of their own. */
const MOST_BYTES = 2 ** 31 - 1;

/** @throws GibbonError E_FILE_NOT_FOUND, E_MODEL_UNREADABLE for what is no file or larger than a model can be */
export async function readModelBytes(path: string): Promise<ModelBytes> {
  const missing = (cause: unknown): never => {
    throw new GibbonError('E_FILE_NOT_FOUND', `cannot read the model ${path}`, { hint: 'Give the path of an .onnx file.', cause });
  };
  const found = await stat(path).catch(missing);
  // A pipe or a device may never end.
  if (!found.isFile()) return missing(new Error(`${path} is not a file`));
  if (found.size > MOST_BYTES) {
    throw new GibbonError('E_MODEL_UNREADABLE', `${path} has ${found.size} bytes, more than an ONNX file can have`, {
      hint: 'Is it the file with the weights? Give the .onnx file beside it.',
    });
  }
  const bytes = await readFile(path).catch(missing);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = new Map<string, ExternalFile>();
  return { bytes, sha256, beside: filesBeside(path, files), contents: () => withWeights(sha256, files) };
}

/** Bytes hashed at a time. */
const STRIDE = 2 ** 26;

function withWeights(own: string, files: ReadonlyMap<string, ExternalFile>): string {
  if (files.size === 0) return own;
  const hash = createHash('sha256').update(own);
  for (const location of [...files.keys()].sort()) {
    const { size, read } = files.get(location) as ExternalFile;
    hash.update(`\0${location}\0${size}\0`);
    for (let at = 0; at < size; at += STRIDE) hash.update(read(at, Math.min(STRIDE, size - at)));
  }
  return hash.digest('hex');
}

/** Opens each file once, and reads from it only what is asked for. */
function filesBeside(model: string, known: Map<string, ExternalFile>): ExternalData {
  return (location) => {
    const file = known.get(location) ?? { ...fileAt(safePath(model, location), location), folder: resolve(dirname(model)) };
    known.set(location, file);
    return file;
  };
}

/** Where the file really lies: in the model's folder, or in the one that the model itself is a link into (as download caches lay them out). */
function safePath(model: string, location: string): string {
  const real = realpathSync(join(dirname(model), location));
  const folders = [realpathSync(dirname(model)), dirname(realpathSync(model))];
  if (folders.some((folder) => !relative(folder, real).split(sep).includes('..'))) return real;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's weight file ${location} is a link to outside the model's folder`, {
    hint: 'Put the file itself beside the model: files outside its folder are refused.',
  });
}

function fileAt(path: string, location: string): ExternalFile {
  // Opened anew for each read: the files of many models need not stay open.
  const size = withFile(path, location, (_, bytes) => bytes);
  return { size, read: (offset, length) => withFile(path, location, (fd) => part(fd, offset, length)) };
}

/** A pipe in place of a file is opened without waiting for its other end. */
const NO_WAIT = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

function withFile<T>(path: string, location: string, use: (fd: number, size: number) => T): T {
  const fd = openSync(path, NO_WAIT);
  try {
    const found = fstatSync(fd);
    if (found.isFile()) return use(fd, found.size);
    throw new GibbonError('E_MODEL_UNREADABLE', `the model keeps its weights in ${location}, which is no file`, {
      hint: 'Put the external data file beside the model.',
    });
  } finally {
    closeSync(fd);
  }
}

/** The most that one read may ask the system for. */
const PIECE = 2 ** 30;

function part(fd: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const got = readSync(fd, bytes, at, Math.min(PIECE, length - at), offset + at);
    if (got === 0) throw new Error('the file became shorter while it was read');
    at += got;
  }
  return bytes;
}
