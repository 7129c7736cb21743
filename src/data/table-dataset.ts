/** A Dataset over a table: a sample is a row, one number for each of its columns. */
import { basename } from 'node:path';
import type { DataSpec, Dataset } from './dataset.ts';
import type { TextTable } from './delimited.ts';
import { labelColumn } from './label-column.ts';
import { loadLabels } from './label-file.ts';
import type { Labels } from './labels.ts';
import { codePointOrder } from './natural-order.ts';
import { streamedDataset } from './streamed-dataset.ts';
import { type Column, isNumeric, type TableSpec, typedTable } from './table.ts';
import { readTable } from './table-file.ts';

export interface TableDataset extends Dataset {
  readonly columns: readonly Column[];
  /** All values of a column, in the order of the samples. */
  values(column: number): Float64Array;
}

/** @throws GibbonError E_DATA_VALUES, E_LABELS_MISMATCH, and what reading the label file throws */
export async function tableDataset(
  text: TextTable,
  spec: TableSpec,
  { path, labels: labelFile }: { path: string; labels?: string | undefined },
): Promise<TableDataset> {
  const table = typedTable(text, spec, path);
  const id = (index: number): string => `${basename(path)}[${table.rows[index]}]`;
  const dataset = streamedDataset({
    modality: 'table',
    length: table.rows.length,
    labels: await labelsOf(table.labels, labelFile, table.rows, text.rows.length),
    files: [{ path }, ...(labelFile === undefined ? [] : [{ path: labelFile }])],
    notes: left(text.rows.length - table.rows.length, text.rows.length),
    id,
    read: async (index) => {
      const doubles = Float64Array.from(table.values, (column) => column[index] as number);
      return { shape: [table.columns.length], data: Float32Array.from(doubles), doubles };
    },
  });
  const file = { rows: table.rows, length: text.rows.length };
  return { ...dataset, file, columns: table.columns, values: (column) => table.values[column] as Float64Array };
}

/** A table's own labels keep their names, numbers too: a model may know its classes by them. */
async function labelsOf(
  texts: readonly string[] | undefined,
  labelFile: string | undefined,
  rows: readonly number[],
  length: number,
): Promise<Labels | undefined> {
  if (labelFile !== undefined) {
    const { labels, labelNames } = await loadLabels(labelFile, { length, id: String });
    return { labels: Int32Array.from(rows, (row) => labels[row] as number), labelNames };
  }
  if (!texts) return undefined;
  const labelNames = [...new Set(texts)].sort(/^\d+$/.test(texts[0] ?? '') ? (a, b) => Number(a) - Number(b) : codePointOrder);
  const index = new Map(labelNames.map((name, i) => [name, i]));
  return { labels: Int32Array.from(texts, (name) => index.get(name) as number), labelNames };
}

function left(count: number, of: number): string[] {
  return count === 0 ? [] : [`${count} of ${of} rows lack a number or their label, and are left out.`];
}

/** A table whose columns are known, or else all columns but the one with the labels. @throws GibbonError as reading and `tableDataset` do, E_LABELS_MISSING */
export async function openTable({ path, labels, labelColumn: wanted, table }: DataSpec): Promise<TableDataset> {
  const text = await readTable(path);
  return tableDataset(text, table ?? plainSpec(text, labels === undefined ? labelColumn(text, { wanted }, path).at : undefined), {
    path,
    labels,
  });
}

function plainSpec(text: TextTable, label: number | undefined): TableSpec {
  const columns = [...(text.rows[0] ?? []).keys()].filter((at) => at !== label);
  return { ...(label === undefined ? {} : { label }), columns, texts: columns.filter((at) => !isNumeric(text, at)) };
}
