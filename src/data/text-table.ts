/** Reads a file of texts as a table: CSV and its kin, Parquet, JSON lines, tab-separated text without quoting, or one text per line. */
import { GibbonError } from '../base/errors.ts';
import { type TextTable, tableOf } from './delimited.ts';
import { parseJson, readText } from './label-file.ts';
import { readTable } from './table-file.ts';

/** @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE, E_DATA_EMPTY */
export async function readTextTable(path: string): Promise<TextTable> {
  if (/\.(parquet|gz)$/i.test(path)) return readTable(path);
  const text = await readText(path);
  if (text.trim() === '') throw new GibbonError('E_DATA_EMPTY', `${path} holds no texts.`, { hint: 'Export it again.' });
  if (/\.(jsonl|ndjson|json)$/i.test(path)) return jsonTable(text, path);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const fields = lines.map((line) => line.split('\t').map((field) => field.trim()));
  // The usual form of corpora: a quotation mark is a character like any other.
  if ((fields[0]?.length ?? 0) > 1 && fields.every(({ length }) => length === fields[0]?.length)) return tableOf(fields, path);
  return /\.txt$/i.test(path) ? { header: undefined, rows: lines.map((line) => [line.trim()]) } : readTable(path);
}

/** Objects, one on each line or in one array; their keys are the columns. */
function jsonTable(text: string, path: string): TextTable {
  const objects = /^\s*\[/.test(text)
    ? parseJson(text, path)
    : text
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .map((line, i) => parseJson(line, `${path}, line ${i + 1},`));
  if (!Array.isArray(objects) || objects.length === 0 || !objects.every(isRecord)) {
    throw new GibbonError('E_DATA_UNREADABLE', `${path} holds no objects, one on each line or in an array.`, {
      hint: 'Each object is one example: {"text": "…", "label": "…"}.',
    });
  }
  const header = Object.keys(objects[0] as object).filter((key) => isCell((objects[0] as Record<string, unknown>)[key]));
  const rows = objects.map((object: Record<string, unknown>, i) =>
    header.map((key) => {
      if (isCell(object[key])) return String(object[key]);
      throw new GibbonError('E_DATA_UNREADABLE', `${path}: object ${i + 1} has no ${key} that is a text or a number.`, {
        hint: 'Give every object the same keys.',
      });
    }),
  );
  return { header, rows };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCell = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
