/** Reads delimited text as a table: finds out what separates the fields, and whether the first row names the columns. */
import { GibbonError } from '../base/errors.ts';
import { parseCsv } from './csv.ts';

/** A table as written: every cell a text, '' where it is empty. */
export interface TextTable {
  /** Names of the columns; undefined where the file has none. */
  readonly header: readonly string[] | undefined;
  readonly rows: readonly (readonly string[])[];
}

const SEPARATORS = [',', ';', '\t', '|', ' '] as const;
/** Rows on which separators and headers are tried. */
const LOOKED_AT = 50;

/** Is this the text of a number, as tables have them? */
export const isNumber = (cell: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell);

/** What stands for "not known". */
export const isMissing = (cell: string): boolean => /^(|\?|na|n\/a|nan|null|none|-)$/i.test(cell);

/** @throws GibbonError E_DATA_UNREADABLE where rows are of different lengths, E_DATA_EMPTY */
export function parseTable(text: string, path: string): TextTable {
  return tableOf(parseCsv(text, separatorOf(text)), path);
}

/** A table from its rows of fields. @throws GibbonError E_DATA_UNREADABLE where rows are of different lengths, E_DATA_EMPTY */
export function tableOf(all: readonly string[][], path: string): TextTable {
  // A first line of another length is a title or a count, as in scikit-learn's own files.
  const rows = all.length > 2 && all[0]?.length !== all[1]?.length && all[1]?.length === all[2]?.length ? all.slice(1) : all;
  const [first] = rows;
  if (!first) throw new GibbonError('E_DATA_EMPTY', `${path} has no rows.`, { hint: 'Export the table again.' });
  const odd = rows.findIndex((row) => row.length !== first.length);
  if (odd >= 0) {
    throw new GibbonError(
      'E_DATA_UNREADABLE',
      `${path} is no table: row ${odd + 1} has ${rows[odd]?.length} fields, the first one ${first.length}.`,
      {
        hint: 'Fields are separated by commas, semicolons, tabs, bars or single spaces; those with a separator inside need double quotes.',
      },
    );
  }
  const header = isHeader(first, rows.slice(1));
  if (header && rows.length === 1)
    throw new GibbonError('E_DATA_EMPTY', `${path} has a header and no rows.`, { hint: 'Export the table again.' });
  return { header: header ? first : undefined, rows: header ? rows.slice(1) : rows };
}

/** The separator that cuts the first rows into equally many fields, and the most of them. */
function separatorOf(text: string): string {
  const head = text.slice(0, 1 << 16);
  const whole = head.length < text.length ? head.slice(0, head.lastIndexOf('\n') + 1) : head;
  const fields = SEPARATORS.map((separator) => {
    const rows = parseCsv(whole, separator).slice(1, LOOKED_AT);
    const counts = new Set(rows.map(({ length }) => length));
    return counts.size === 1 ? (rows[0]?.length ?? 0) : 0;
  });
  // A comma is likelier than what comes after it: it wins wherever it gives several columns.
  return SEPARATORS[fields.findIndex((count) => count > 1)] ?? ',';
}

/** Names where other rows have numbers; in a table of texts, words that come nowhere again. */
function isHeader(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  if (first.some((cell) => isNumber(cell)) || new Set(first).size < first.length) return false;
  const below = rest.slice(0, LOOKED_AT);
  const numeric = (at: number): boolean =>
    below.some((row) => isNumber(row[at] as string)) && below.every((row) => isCell(row[at] as string));
  if (first.some((cell, at) => !isMissing(cell) && numeric(at))) return true;
  return below.length > 1 && first.every((cell, at) => cell !== '' && rest.every((row) => row[at] !== cell));
}

const isCell = (cell: string): boolean => isNumber(cell) || isMissing(cell);
