/** Reads Apache Parquet files as tables of text cells (hyparquet). */
import { GibbonError } from '../base/errors.ts';
import type { TextTable } from './delimited.ts';
import { readWholeFile } from './source.ts';

/** @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE, E_DATA_EMPTY */
export async function readParquet(path: string): Promise<TextTable> {
  const bytes = await readWholeFile(path);
  const file = new Uint8Array(bytes).buffer;
  // Loaded where there is such a file: most audits have none.
  const [{ parquetReadObjects, parquetMetadata }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const read = async (): Promise<Record<string, unknown>[]> => parquetReadObjects({ file, metadata: parquetMetadata(file), compressors });
  const objects = await read().catch((cause: unknown) => {
    throw new GibbonError('E_DATA_UNREADABLE', `${path} cannot be read as Parquet: ${cause instanceof Error ? cause.message : cause}`, {
      hint: 'Write it again, with plain columns of numbers and texts.',
      cause,
    });
  });
  const header = Object.keys(objects[0] ?? {});
  if (header.length === 0) throw new GibbonError('E_DATA_EMPTY', `${path} has no rows.`, { hint: 'Export the table again.' });
  return { header, rows: objects.map((object) => header.map((name) => cellOf(object[name], name, path))) };
}

function cellOf(value: unknown, name: string, path: string): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return String(value).trim();
  throw new GibbonError('E_DATA_UNREADABLE', `the column ${name} of ${path} holds lists or records`, {
    hint: 'Keep columns of single numbers and texts only.',
  });
}
