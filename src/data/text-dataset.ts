/** Labelled texts: a column of a table (CSV, TSV, Parquet, JSON lines), a folder of .txt files by class, or one text per line with a label file. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { codePointsOf } from '../base/code-points.ts';
import { GibbonError } from '../base/errors.ts';
import type { DataSpec, Dataset } from './dataset.ts';
import type { TextTable } from './delimited.ts';
import { labelByFolder } from './folder-dataset.ts';
import { listFolder } from './folder-listing.ts';
import type { HashedFile } from './hash.ts';
import { labelColumn } from './label-column.ts';
import { loadLabels, readText } from './label-file.ts';
import { type Labels, textLabels } from './labels.ts';
import { fileError } from './source.ts';
import { streamedDataset } from './streamed-dataset.ts';
import { columnName } from './table.ts';
import { textColumn } from './text-column.ts';
import { readTextTable } from './text-table.ts';

export interface TextDataset extends Dataset {
  /** Code points of the longest text. */
  readonly longest: number;
}

interface Texts {
  readonly texts: readonly string[];
  readonly labels: Labels | undefined;
  readonly files: readonly HashedFile[];
  readonly id: (index: number) => string;
  readonly notes: readonly string[];
}

/** @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE, E_DATA_EMPTY, E_LABELS_MISSING, E_LABELS_MISMATCH, E_USAGE */
export async function openTexts(spec: DataSpec): Promise<TextDataset> {
  const found = await stat(spec.path).catch((thrown: unknown) => Promise.reject(fileError(thrown, spec.path)));
  const { texts, labels, ...rest } = await (found.isDirectory() ? folderTexts(spec) : fileTexts(spec));
  const rows = texts.map(codePointsOf);
  const dataset = streamedDataset({
    modality: 'text',
    length: rows.length,
    labels,
    ...rest,
    read: async (index) => ({ shape: [rows[index]?.length ?? 0], data: rows[index] as Float32Array }),
  });
  return { ...dataset, longest: rows.reduce((max, { length }) => Math.max(max, length), 0) };
}

const TEXT_NAME = /\.txt$/i;

async function folderTexts({ path, labels: labelFile }: DataSpec): Promise<Texts> {
  const listing = await listFolder(path);
  const all = listing.files.filter(({ name }) => TEXT_NAME.test(name));
  if (all.length === 0) {
    throw new GibbonError('E_DATA_EMPTY', `${path} holds no .txt files.`, {
      hint: 'Give a folder with one sub-folder of .txt files for each class, or a CSV, TSV, Parquet or JSON-lines file with a text and a label column.',
    });
  }
  const own = { files: all, labels: undefined };
  const { files, labels } = labelFile === undefined ? labelByFolder(all) : own;
  const id = (index: number): string => files[index]?.name ?? '';
  const texts = await Promise.all(files.map((file) => readText(file.path)));
  const ignored = listing.files.length - files.length;
  return {
    texts: texts.map((text) => text.trimEnd()),
    labels: labelFile === undefined ? labels : await loadLabels(labelFile, { length: files.length, id }),
    files: [...files, ...(labelFile === undefined ? [] : [{ path: labelFile, name: 'labels' }])],
    id,
    notes: ignored > 0 ? [`${ignored} ${ignored === 1 ? 'file was' : 'files were'} ignored: not .txt, or beside the class folders.`] : [],
  };
}

async function fileTexts(spec: DataSpec): Promise<Texts> {
  const { path, labels: labelFile } = spec;
  const id = (index: number): string => `${basename(path)}[${index}]`;
  const table = await readTextTable(path);
  const files = [{ path }, ...(labelFile === undefined ? [] : [{ path: labelFile }])];
  const fromFile = labelFile === undefined ? undefined : await loadLabels(labelFile, { length: table.rows.length, id });
  const { texts, labels, notes } = columnsOf(table, spec, fromFile);
  return { texts, labels, files, id, notes };
}

/** Which column holds the texts and which the labels. */
function columnsOf(table: TextTable, spec: DataSpec, fromFile: Labels | undefined): Pick<Texts, 'texts' | 'labels' | 'notes'> {
  const column = (at: number): string[] => table.rows.map((row) => row[at] as string);
  const width = table.rows[0]?.length ?? 0;
  if (width === 1 && spec.textColumn === undefined) return { texts: column(0), labels: fromFile, notes: [] };
  const given = textColumn(table, { wanted: spec.textColumn, path: spec.path });
  const label = fromFile ? undefined : labelColumn(table, { wanted: spec.labelColumn, except: given.at }, spec.path);
  const at = label?.at;
  return {
    texts: column(given.at),
    labels: fromFile ?? (at === undefined ? undefined : textLabels(column(at), `${spec.path}, ${columnName(table, at)}`)),
    notes: [`The texts are ${columnName(table, given.at)} (${given.how}).`, ...(label ? [label.how] : [])],
  };
}
