/** Lists the samples of a folder, or of a folder of class folders, in an order that is the same on every machine. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { naturalOrder } from './natural-order.ts';
import { fileError } from './source.ts';

export interface ListedFile {
  readonly path: string;
  /** Relative to the folder, with `/` on every system: the sample's id. */
  readonly name: string;
}

export interface FolderListing {
  readonly files: readonly ListedFile[];
  /** Hidden files and folders, which are never looked at. */
  readonly hidden: number;
}

/** Deep enough for split/class/year/…; a link back to a parent ends here as well. */
const MAX_DEPTH = 6;

const isHidden = (name: string): boolean => name.startsWith('.') || name === '__MACOSX';

/** All files below `root` in natural order of their paths, folder by folder; links are followed. Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE. */
export async function listFolder(root: string): Promise<FolderListing> {
  const files: ListedFile[] = [];
  let hidden = 0;
  const walk = async (folder: string, prefix: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => Promise.reject(fileError(thrown, folder)));
    for (const entry of entries.sort((a, b) => naturalOrder(a.name, b.name))) {
      const path = join(folder, entry.name);
      const name = prefix + entry.name;
      if (isHidden(entry.name)) {
        hidden++;
        continue;
      }
      const kind = await entryKind(entry, path);
      if (kind === 'folder' && depth < MAX_DEPTH) await walk(path, `${name}/`, depth + 1);
      if (kind === 'file') files.push({ path, name });
    }
  };
  await walk(root, '', 1);
  return { files, hidden };
}

async function entryKind(entry: Dirent, path: string): Promise<'file' | 'folder' | 'other'> {
  // A link that leads nowhere is nothing to read.
  const found = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  return found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : 'other';
}
