/** Bytes that can be read by position: a file on disk, or memory (a decompressed file, an entry of an archive). */
import { open, readFile, stat } from 'node:fs/promises';
import { GibbonError } from '../base/errors.ts';

export interface ByteSource {
  /** What to call it in messages: the path, or `archive.npz:x.npy`. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; E_DATA_UNREADABLE where the source ends before. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Whole files above this are refused; formats that are read by position have no such limit. */
export const MAX_WHOLE_FILE = 1024 ** 3;

/** Turns what node:fs threw into the user's error: E_FILE_NOT_FOUND, or E_DATA_UNREADABLE with the reason. */
export function fileError(thrown: unknown, path: string): GibbonError {
  if (thrown instanceof GibbonError) return thrown;
  const code = (thrown as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new GibbonError('E_FILE_NOT_FOUND', `There is no file or folder at ${path}.`, {
      hint: 'Check the path; a relative path starts at the current folder.',
      cause: thrown,
    });
  }
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new GibbonError('E_DATA_UNREADABLE', `Cannot read ${path}: ${reason}`, {
    hint: 'Check that the file exists and that you may read it.',
    cause: thrown,
  });
}

/** An error for a file that ends too early. */
export function truncated(name: string, detail: string): GibbonError {
  return new GibbonError('E_DATA_UNREADABLE', `${name} is truncated: ${detail}.`, { hint: 'Download or export the file again.' });
}

function checkRange(name: string, size: number, offset: number, length: number): void {
  if (offset + length > size) throw truncated(name, `bytes ${offset} to ${offset + length} are needed, it has ${size}`);
}

/** A file, opened anew for each read so that nothing is left to close. Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE. */
export async function fileSource(path: string): Promise<ByteSource> {
  const size = await stat(path).then(
    (found) => found.size,
    (thrown: unknown) => Promise.reject(fileError(thrown, path)),
  );
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    checkRange(path, size, offset, length);
    const handle = await open(path).catch((thrown: unknown) => Promise.reject(fileError(thrown, path)));
    try {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw truncated(path, 'it became shorter while it was read');
        done += bytesRead;
      }
      return bytes;
    } catch (thrown) {
      throw fileError(thrown, path);
    } finally {
      await handle.close();
    }
  };
  return { name: path, size, read };
}

/** Bytes in memory as a source; reads are copies, so that no caller can change what another reads. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => {
      checkRange(name, bytes.length, offset, length);
      // Uint8Array's slice, since Buffer's is a view.
      return Uint8Array.prototype.slice.call(bytes, offset, offset + length);
    },
  };
}

/** A whole file of at most MAX_WHOLE_FILE bytes. Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE. */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_WHOLE_FILE)
      throw new GibbonError('E_DATA_UNREADABLE', `${path} has ${size} bytes; files of this kind are read whole, up to ${MAX_WHOLE_FILE}.`, {
        hint: 'Split the file, or save it as an uncompressed .npy or IDX file, which is read in pieces.',
      });
    return await readFile(path);
  } catch (thrown) {
    throw fileError(thrown, path);
  }
}
