/** SHA-256 over files, streamed: the provenance of a data set in the report. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileError } from './source.ts';

/** A file and the name that enters the hash with it (relative, so that moving a folder does not change its hash). */
export interface HashedFile {
  readonly path: string;
  /** Omitted: the bytes alone are hashed, as `sha256sum` would. */
  readonly name?: string;
}

/** The hex SHA-256 of all files' (names and) bytes, in the order given. Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE. */
export async function hashFiles(files: readonly HashedFile[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, name } of files) {
    if (name !== undefined) hash.update(`${name}\0`);
    try {
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    } catch (thrown) {
      throw fileError(thrown, path);
    }
  }
  return hash.digest('hex');
}
