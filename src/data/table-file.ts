/** Reads a table file: CSV, TSV and their kin, also packed by gzip, and Parquet. */
import { gunzipSync } from 'node:zlib';
import { GibbonError } from '../base/errors.ts';
import { parseTable, type TextTable } from './delimited.ts';
import { readParquet } from './parquet.ts';
import { MAX_WHOLE_FILE, readWholeFile } from './source.ts';

/** Names of table files; UCI's repository calls its tables .data and .test. */
export const TABLE_NAME = /\.(csv|tsv|parquet|data|test)(\.gz)?$/i;

/** Cells are texts without the spaces around them. @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE, E_DATA_EMPTY */
export async function readTable(path: string): Promise<TextTable> {
  if (/\.parquet$/i.test(path)) return readParquet(path);
  return parseTable(await readPlainText(path), path);
}

/** A UTF-8 file, unpacked where it is packed by gzip, without byte order mark. */
async function readPlainText(path: string): Promise<string> {
  const bytes = await readWholeFile(path);
  try {
    const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: MAX_WHOLE_FILE }) : bytes;
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch (cause) {
    throw new GibbonError('E_DATA_UNREADABLE', `${path} is no UTF-8 text: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Save the table as UTF-8.',
      cause,
    });
  }
}
