/** Reads a separate label file (text, JSON, CSV, IDX, NPY) and fits it to the samples of a data set. */
import { GibbonError } from '../base/errors.ts';
import { parseCsv } from './csv.ts';
import { openIdx } from './idx.ts';
import type { Labels } from './labels.ts';
import { checkLabelCount, numericLabels, textLabels } from './labels.ts';
import { ID_COLUMNS, type NamedSamples, rowsById } from './match-ids.ts';
import { openNpy } from './npy.ts';
import { readColumn } from './numeric-array.ts';
import { fileSource, readWholeFile } from './source.ts';

/** Labels as written; `ids` where the file says whose they are. */
interface LabelRows {
  readonly texts: readonly string[];
  readonly ids: readonly string[] | undefined;
}

const LABEL_COLUMNS = ['label', 'labels', 'class', 'class_id', 'target', 'y'];

/**
 * The labels of `samples` in `path`: one label per line (.txt), a JSON array or object {id: label}, a CSV (.csv, .tsv) with a header `label` or `id,label`, an IDX or an .npy file.
 * An id is a sample's relative path, its file name with or without extension, or its position.
 * Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE, E_LABELS_MISMATCH.
 */
export async function loadLabels(path: string, samples: NamedSamples): Promise<Labels> {
  const array = /\.npy$/i.test(path) ? openNpy(await fileSource(path)) : /idx1|\.gz$/i.test(path) ? openIdx(path) : undefined;
  if (array !== undefined) {
    const values = await readColumn(await array);
    checkLabelCount(values.length, samples.length, path, 'the data');
    return numericLabels(values, path);
  }
  const text = await readText(path);
  const rows = /\.json$/i.test(path) ? jsonRows(text, path) : /\.[ct]sv$/i.test(path) ? csvRows(text, path) : lineRows(text, path);
  const texts =
    rows.ids === undefined
      ? rows.texts
      : rowsById(rows.ids, samples, { path, what: 'label', code: 'E_LABELS_MISMATCH' }).map((row) => rows.texts[row] as string);
  checkLabelCount(texts.length, samples.length, path, 'the data');
  return textLabels(texts, path);
}

/** A UTF-8 file without byte order mark. Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE. */
export async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readWholeFile(path));
  } catch (thrown) {
    if (thrown instanceof GibbonError) throw thrown;
    throw new GibbonError('E_DATA_UNREADABLE', `${path} is no UTF-8 text.`, {
      hint: 'Save it as UTF-8 text, JSON or CSV; array files need their usual extension (.npy, idx1-ubyte).',
      cause: thrown,
    });
  }
}

/** Parsed JSON. Throws E_DATA_UNREADABLE. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new GibbonError('E_DATA_UNREADABLE', `${path} is no JSON: ${(thrown as Error).message}`, {
      hint: 'Check it with a JSON validator.',
      cause: thrown,
    });
  }
}

function unreadable(path: string, reason: string): GibbonError {
  return new GibbonError('E_DATA_UNREADABLE', `${path} is no label file that can be read: ${reason}.`, {
    hint: 'Give one label per line, a JSON array, or a CSV with the header label or id,label.',
  });
}

/** Lines, the empty ones at the end removed. */
export function textLines(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

function lineRows(text: string, path: string): LabelRows {
  const texts = textLines(text);
  const empty = texts.indexOf('');
  if (empty !== -1) throw unreadable(path, `line ${empty + 1} is empty`);
  return { texts, ids: undefined };
}

function jsonRows(text: string, path: string): LabelRows {
  const value = parseJson(text, path);
  if (typeof value !== 'object' || value === null) throw unreadable(path, 'it is neither an array nor an object');
  const texts = Object.values(value).map((label: unknown) => {
    if (typeof label !== 'string' && typeof label !== 'number')
      throw unreadable(path, `the label ${JSON.stringify(label)?.slice(0, 40)} is neither a number nor a name`);
    return String(label);
  });
  return { texts, ids: Array.isArray(value) ? undefined : Object.keys(value) };
}

function csvRows(text: string, path: string): LabelRows {
  const rows = parseCsv(text, /\.tsv$/i.test(path) ? '\t' : ',');
  const header = (rows[0] ?? []).map((name) => name.toLowerCase());
  const column = header.findIndex((name) => LABEL_COLUMNS.includes(name));
  if (column === -1 && header.length > 1) throw unreadable(path, `none of its columns (${header.slice(0, 5).join(', ')}) is called label`);
  const body = column === -1 ? rows : rows.slice(1);
  const pick = (at: number): string[] =>
    body.map((row, i) => {
      const value = row[at];
      if (value === undefined || value === '') throw unreadable(path, `row ${i + 1} has no ${header[at] ?? 'label'}`);
      return value;
    });
  const idColumn = header.findIndex((name) => ID_COLUMNS.includes(name));
  return { texts: pick(Math.max(0, column)), ids: column === -1 || idColumn === -1 ? undefined : pick(idColumn) };
}
