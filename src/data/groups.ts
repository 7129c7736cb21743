/** Which group each sample belongs to: by columns of the data itself, or by a file beside it with one row for each sample. */
import { GibbonError } from '../base/errors.ts';
import type { DataSpec, Dataset } from './dataset.ts';
import type { TextTable } from './delimited.ts';
import { columnOf, type Grouping, grouping } from './group-expression.ts';
import { plainName } from './label-column.ts';
import { readText } from './label-file.ts';
import { ID_COLUMNS, type NamedSamples, rowsById } from './match-ids.ts';
import { openNpy } from './npy.ts';
import { npzKeys, openNpzArray } from './npz.ts';
import { type NumericArray, readColumn } from './numeric-array.ts';
import { fileSource } from './source.ts';
import { columnName } from './table.ts';
import { readTable, TABLE_NAME } from './table-file.ts';
import { readTextTable } from './text-table.ts';

/** As the user asks for it: columns of the data or, with a file, of that file (all of its columns where none are named). */
export interface GroupSpec {
  readonly columns?: readonly string[];
  readonly file?: string;
}

/** More groups than this are no groups: every figure would rest on a handful of examples. */
const MOST_GROUPS = 50;

/** @throws GibbonError E_USAGE, E_GROUPS_MISMATCH, and what reading a file throws */
export async function readGroups(spec: GroupSpec, data: DataSpec, dataset: Dataset): Promise<Grouping[]> {
  const { table, rows, path, columns } =
    spec.file === undefined ? await ofData(spec.columns ?? [], data, dataset) : await ofFile(spec.file, spec.columns, { data, dataset });
  const found = columns.map((column) => grouping(column, table, rows, path));
  for (const one of found) assertGroups(one, path);
  return found.filter(({ attribute }, i) => found.findIndex((other) => other.attribute === attribute) === i);
}

/** How many samples are in each group, the largest first. */
export function groupSizes({ of }: Grouping): [group: string, count: number][] {
  const counts = new Map<string, number>();
  for (const group of of) if (group !== null) counts.set(group, (counts.get(group) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

interface Source {
  readonly table: TextTable;
  /** The row of each sample. */
  readonly rows: readonly number[];
  readonly path: string;
  readonly columns: readonly string[];
}

const everyRow = ({ length, file }: Dataset): readonly number[] => file?.rows ?? [...Array(length).keys()];

async function ofData(columns: readonly string[], data: DataSpec, dataset: Dataset): Promise<Source> {
  return { table: await tableOfData(columns, data, dataset), rows: everyRow(dataset), path: data.path, columns };
}

/** @throws GibbonError E_USAGE for data that has no columns */
async function tableOfData(columns: readonly string[], { path }: DataSpec, { modality, length }: Dataset): Promise<TextTable> {
  if (modality === 'table') return readTable(path);
  if (/\.npz$/i.test(path)) return arraysAsTable(path, columns, length);
  if (modality === 'text' && !/\.txt$/i.test(path)) {
    const table = await readTextTable(path).catch(() => undefined);
    if (table) return table;
  }
  throw new GibbonError('E_USAGE', `there is no file ${columns.join(',')}, and ${path} has no columns that --groups could name`, {
    hint: 'Give --groups a file: one group on each line in the order of the data, or a CSV with a header such as file,sex.',
  });
}

/** Arrays of an archive with one number for each sample, as columns. */
async function arraysAsTable(path: string, columns: readonly string[], length: number): Promise<TextTable> {
  const keys = await npzKeys(path);
  const header = [...new Set(columns.map((column) => columnOf(column, keys)))];
  const missing = header.find((name) => !keys.includes(name));
  if (missing !== undefined) {
    throw new GibbonError('E_USAGE', `${path} has no array ${missing}; it holds ${keys.join(', ')}`, {
      hint: 'Save the groups as an array of whole numbers in the same archive, or give --groups a file.',
    });
  }
  const values = await Promise.all(header.map(async (name) => readColumn(await openNpzArray(path, name))));
  const odd = values.findIndex((column) => column.length !== length);
  if (odd >= 0) throw lengthError(`${path}:${header[odd]}`, values[odd]?.length ?? 0, length);
  return { header, rows: Array.from({ length }, (_, i) => values.map((column) => String(column[i]))) };
}

interface Beside {
  readonly data: DataSpec;
  readonly dataset: Dataset;
}

async function ofFile(path: string, wanted: readonly string[] | undefined, { data, dataset }: Beside): Promise<Source> {
  const samples: NamedSamples = dataset.file ? { length: dataset.file.length, id: String } : dataset;
  const table = named(ofLength(await groupTable(path), samples.length, path));
  const id = table.header?.findIndex((name) => ID_COLUMNS.includes(name.toLowerCase())) ?? -1;
  const width = table.rows[0]?.length ?? 0;
  const matched = id >= 0 && width > 1 ? await matchedRows(table, id, { path, samples, data, dataset }) : undefined;
  if (!matched && table.rows.length !== samples.length) throw lengthError(path, table.rows.length, samples.length);
  const columns = [...Array(width).keys()]
    .filter((at) => !matched || at !== id)
    .map((at) => (table.header ? columnName(table, at) : String(at)));
  const rows = everyRow(dataset);
  return { table, rows: matched ? rows.map((row) => matched[row] as number) : rows, path, columns: wanted ?? columns };
}

async function groupTable(path: string): Promise<TextTable> {
  if (/\.npy$/i.test(path)) return numbersAsTable(await openNpy(await fileSource(path)));
  if (TABLE_NAME.test(path) || /\.(jsonl|ndjson|json)$/i.test(path)) return readTextTable(path);
  // A line may hold several words, or nothing where the group is not known.
  const lines = (await readText(path)).replace(/\r?\n$/, '').split(/\r?\n/);
  return { header: undefined, rows: lines.map((line) => [line.trim()]) };
}

async function numbersAsTable(array: NumericArray): Promise<TextTable> {
  return { header: undefined, rows: Array.from(await readColumn(array), (value) => [String(value)]) };
}

/** Whether the first row is a header is a guess: where it is one row too many or too few, the guess was wrong. */
function ofLength(table: TextTable, length: number, path: string): TextTable {
  const { header, rows } = table;
  if (header && rows.length === length - 1) return { header: undefined, rows: [header, ...rows] };
  if (!header && rows.length === length + 1 && rows[0]?.every((cell) => cell !== '')) return { header: rows[0], rows: rows.slice(1) };
  if (header?.some((name) => name === '')) {
    throw new GibbonError('E_GROUPS_MISMATCH', `${path} has a column without a name`, {
      hint: 'Name each attribute in the first row: file,sex,age.',
    });
  }
  return table;
}

/** One column without a name is "group". */
function named(table: TextTable): TextTable {
  return table.header || table.rows[0]?.length !== 1 ? table : { ...table, header: ['group'] };
}

interface Matching extends Beside {
  readonly path: string;
  readonly samples: NamedSamples;
}

/** By an id that the data has as a column, too, else by the names of samples. */
async function matchedRows(table: TextTable, at: number, { path, samples, data, dataset }: Matching): Promise<number[]> {
  const ids = table.rows.map((row) => row[at] as string);
  const own = dataset.modality === 'table' ? await idsOfTable(data.path, columnName(table, at)) : undefined;
  return rowsById(ids, own ? { length: own.length, id: (index) => own[index] as string } : samples, {
    path,
    what: 'group',
    code: 'E_GROUPS_MISMATCH',
  });
}

/** The cells of the data's own column of this name, where each names one row. */
async function idsOfTable(path: string, name: string): Promise<readonly string[] | undefined> {
  const table = await readTable(path);
  const at = table.header?.findIndex((own) => plainName(own) === plainName(name)) ?? -1;
  const ids = at < 0 ? [] : table.rows.map((row) => row[at] as string);
  return ids.length > 0 && new Set(ids).size === ids.length ? ids : undefined;
}

function lengthError(path: string, found: number, wanted: number): GibbonError {
  return new GibbonError('E_GROUPS_MISMATCH', `${path} has ${found} rows, the data ${wanted} examples`, {
    hint: 'Give one row for each example in the order of the data, or a column id, file or path that names the example of each row.',
  });
}

/** @throws GibbonError E_GROUPS_MISMATCH where there is nothing to compare, or far too much */
function assertGroups(one: Grouping, path: string): void {
  const sizes = groupSizes(one);
  if (sizes.length > MOST_GROUPS) {
    const some = sizes.slice(0, 4).map(([group]) => group);
    throw new GibbonError(
      'E_GROUPS_MISMATCH',
      `${one.attribute} of ${path} has ${sizes.length} different values (${some.join(', ')}, …); at most ${MOST_GROUPS} groups can be compared`,
      {
        hint: `Cut it in two: --groups '${one.attribute}>=${some[0]}'.`,
      },
    );
  }
  if (sizes.length >= 2) return;
  const [only] = sizes;
  throw new GibbonError(
    'E_GROUPS_MISMATCH',
    only ? `by ${one.attribute}, all examples of ${path} belong to one group, ${only[0]}` : `${one.attribute} of ${path} is empty`,
    { hint: 'Groups are compared with each other: name a column with two or more values, or cut at another place.' },
  );
}
