/** The files of the suite, from a folder or from the packed selection that is committed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gunzipSync, gzipSync, unzipSync, zipSync } from 'fflate';

/** Contents by path, "/" between folders. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** All files of a folder, or of a selection that `packed` made. */
export function filesAt(path: string): Files {
  if (!statSync(path).isDirectory()) return new Map(Object.entries(unzipSync(gunzipSync(readFileSync(path)))));
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [relative(path, file).split(sep).join('/'), readFileSync(file)];
    }),
  );
}

/** The earliest date that the format knows: equal files give equal bytes. */
const EPOCH = '1980-01-01T00:00:00';

/** Stored and compressed as a whole: most files are tiny and alike. */
export function packed(files: Files): Uint8Array {
  const sorted = Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  return gzipSync(zipSync(sorted, { level: 0, mtime: EPOCH }), { level: 9, mtime: EPOCH });
}
