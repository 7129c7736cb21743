/** Opens data for a model behind an address, which says nothing of its input: what the data is decides how it is sent. */
import { stat } from 'node:fs/promises';
import type { Dataset } from '../../data/dataset.ts';
import { detectFormat } from '../../data/detect.ts';
import { hasMedia } from '../../data/folder-dataset.ts';
import { listFolder } from '../../data/folder-listing.ts';
import { labelColumn } from '../../data/label-column.ts';
import { openDataset } from '../../data/open.ts';
import { columnName, isNumeric, type TableSpec } from '../../data/table.ts';
import { tableDataset } from '../../data/table-dataset.ts';
import { readTable } from '../../data/table-file.ts';
import { openTexts } from '../../data/text-dataset.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { tablePreprocessing } from '../../model/table-encoding.ts';
import { rowLength, textPreprocessing } from '../open-text.ts';
import type { SubjectSpec } from '../subject.ts';

export interface OpenedRemote {
  readonly dataset: Dataset;
  /** The only way to send it; undefined for numbers in a shape that has to be found. */
  readonly preprocessing?: Preprocessing;
  readonly table?: TableSpec;
  readonly notes: readonly string[];
}

/** @throws GibbonError for data that cannot be read */
export async function openForRemote(spec: SubjectSpec): Promise<OpenedRemote> {
  if (await isText(spec)) return openText(spec);
  return (await detectFormat(spec.data.path)) === 'table' ? openTable(spec) : { dataset: await openDataset(spec.data), notes: [] };
}

/** Texts by their form; a column of a table is text where the user names it so. */
async function isText({ data: { path, textColumn } }: SubjectSpec): Promise<boolean> {
  if (textColumn !== undefined || /\.(txt|jsonl|ndjson)(\.gz)?$/i.test(path)) return true;
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return false;
  const listing = await listFolder(path);
  return !hasMedia(listing) && listing.files.some(({ name }) => /\.txt$/i.test(name));
}

async function openText({ data }: SubjectSpec): Promise<OpenedRemote> {
  const dataset = await openTexts(data);
  const { length, notes } = rowLength(dataset);
  return {
    dataset,
    preprocessing: textPreprocessing({ as: 'string', port: 'text', rank: 1 }, length),
    notes,
  };
}

/** Every column but that of the labels, numbers as numbers and everything else as text, in the order of the file. */
async function openTable({ data, flags }: SubjectSpec): Promise<OpenedRemote> {
  const { path, labels, labelColumn: wanted } = data;
  const text = await readTable(path);
  const label = labels === undefined ? labelColumn(text, { wanted }, path) : undefined;
  const columns = [...(text.rows[0] ?? []).keys()].filter((at) => at !== label?.at);
  const texts = columns.filter((at) => !isNumeric(text, at));
  const spec: TableSpec = { ...(label && { label: label.at }), columns, texts };
  const dataset = await tableDataset(text, spec, { path, labels });
  const ports = columns.map((at, i) => ({
    name: columnName(text, at),
    type: texts.includes(at) ? ('string' as const) : ('float32' as const),
    shape: [1],
    from: i,
    count: 1,
  }));
  const preprocessing = tablePreprocessing(dataset, { ports, certain: wanted !== undefined, known: new Set() }, flags);
  const sent = `The ${columns.length} columns beside the labels are sent in the order of the file.`;
  return { dataset, preprocessing, table: spec, notes: [...(label ? [label.how] : []), sent] };
}
