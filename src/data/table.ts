/** A table as columns of numbers and categories, and the rows that are complete. */
import { GibbonError } from '../base/errors.ts';
import { isMissing, isNumber, type TextTable } from './delimited.ts';
import { codePointOrder } from './natural-order.ts';

/** Which columns of a table are what, by position in the file. Plain JSON. */
export interface TableSpec {
  /** The column with the labels; undefined where they come from elsewhere. */
  readonly label?: number | undefined;
  /** The columns of a row, in its order. */
  readonly columns: readonly number[];
  /** Those of them that are taken as text, even where they hold numbers. */
  readonly texts: readonly number[];
}

/** A column of a row. Numbers stand for themselves, a category for its position in `categories`. */
export interface Column {
  readonly name: string;
  /** Texts in the order of their code points; undefined for numbers. */
  readonly categories: readonly string[] | undefined;
  /** Smallest and largest value, mean and standard deviation (of the population). */
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly deviation: number;
  /** Are all values whole numbers? */
  readonly whole: boolean;
}

/** Rows without a missing number or label. */
export interface Table {
  readonly columns: readonly Column[];
  /** Position of each row in the file, from 0. */
  readonly rows: readonly number[];
  /** Values of each column, in the order of `rows`. */
  readonly values: readonly Float64Array[];
  /** Labels as written. */
  readonly labels: readonly string[] | undefined;
}

export const columnName = ({ header }: Pick<TextTable, 'header'>, at: number): string => header?.[at] || `column ${at + 1}`;

/** Does a column hold numbers, apart from what is missing? */
export function isNumeric({ rows }: TextTable, at: number): boolean {
  let some = false;
  for (const row of rows) {
    const cell = row[at] as string;
    if (isNumber(cell)) some = true;
    else if (!isMissing(cell)) return false;
  }
  return some;
}

/** @throws GibbonError E_DATA_VALUES where a column that should hold numbers does not, or no row is complete */
export function typedTable(text: TextTable, { label, columns, texts }: TableSpec, path: string): Table {
  const numeric = columns.filter((at) => !texts.includes(at));
  for (const at of numeric) assertNumeric(text, at, path);
  const rows = [...text.rows.keys()].filter((i) => {
    const row = text.rows[i] as readonly string[];
    return numeric.every((at) => !isMissing(row[at] as string)) && (label === undefined || row[label] !== '');
  });
  if (rows.length === 0) {
    throw new GibbonError('E_DATA_VALUES', `every row of ${path} lacks a number or its label`, {
      hint: 'Impute missing values before the audit, as the model sees them in use.',
    });
  }
  const cells = (at: number): string[] => rows.map((i) => text.rows[i]?.[at] as string);
  const made = columns.map((at) => column(columnName(text, at), cells(at), texts.includes(at)));
  return {
    columns: made.map(({ values: _, ...own }) => own),
    rows,
    values: made.map(({ values }) => values),
    labels: label === undefined ? undefined : withoutDots(cells(label)),
  };
}

function assertNumeric({ rows, header }: TextTable, at: number, path: string): void {
  const bad = rows.findIndex((row) => !isNumber(row[at] as string) && !isMissing(row[at] as string));
  if (bad < 0) return;
  throw new GibbonError(
    'E_DATA_VALUES',
    `${columnName({ header }, at)} of ${path} should hold numbers, but row ${bad + 1} has ${JSON.stringify(rows[bad]?.[at])}`,
    { hint: 'The model takes numbers there: give the data as the model sees it in use, or export the model with its encoder.' },
  );
}

function column(name: string, cells: readonly string[], isText: boolean): Column & { readonly values: Float64Array } {
  const categories = isText ? [...new Set(cells)].sort(codePointOrder) : undefined;
  const index = new Map(categories?.map((text, i) => [text, i]));
  const values = Float64Array.from(cells, (cell) => (isText ? (index.get(cell) as number) : Number(cell)));
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return {
    name,
    categories,
    low: values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    high: values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    mean,
    deviation: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length),
    whole: values.every(Number.isInteger),
    values,
  };
}

/** Adult's test part ends every label with a full stop, its training part none. */
function withoutDots(labels: readonly string[]): readonly string[] {
  return labels.every((label) => /[^.\d]\.$/.test(label)) ? labels.map((label) => label.slice(0, -1)) : labels;
}
