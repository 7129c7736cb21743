/** Requests out of templates: JSON in which a few marks stand for the rows. */
import { GibbonError } from '../../base/errors.ts';
import type { Json } from './endpoint.ts';

/** A row as it stands in a request: its own JSON and, of a table, one for each column. */
export interface WrittenRow {
  readonly json: string;
  readonly cells?: readonly string[] | undefined;
}

export interface Written {
  readonly rows: readonly WrittenRow[];
  /** Shape of one row; [] where it is a text. */
  readonly shape: readonly number[];
  /** Names of the columns of a table. */
  readonly columns?: readonly string[] | undefined;
}

const PLURAL: ReadonlySet<string> = new Set(['$rows', '$flat', '$records']);
const SINGULAR: ReadonlySet<string> = new Set(['$row', '$record']);
const OTHERS: ReadonlySet<string> = new Set(['$count', '$shape', '$columns']);
const EACH = '$each';

/** @throws GibbonError E_USAGE where a template has no place for the rows, or a mark that does not exist */
export function assertTemplate(template: Json): void {
  const found = marksOf(template, false);
  const unknown = found.find(({ mark }) => !PLURAL.has(mark) && !SINGULAR.has(mark) && !OTHERS.has(mark));
  if (unknown !== undefined) {
    throw new GibbonError('E_USAGE', `the request template has the mark ${unknown.mark}, which does not exist`, {
      hint: `There are ${[...PLURAL, ...SINGULAR, ...OTHERS].join(', ')} and {"${EACH}": …}.`,
    });
  }
  if (found.some(({ mark }) => PLURAL.has(mark) || SINGULAR.has(mark))) return;
  throw new GibbonError('E_USAGE', 'the request template has no place for the rows', {
    hint: 'Put "$rows" where they go: {"instances": "$rows"}. docs/remote.md shows the other marks.',
  });
}

/** May a request of this template hold more than one row? */
export function takesMany(template: Json): boolean {
  return !marksOf(template, false).some(({ mark, isEach }) => SINGULAR.has(mark) && !isEach);
}

interface Mark {
  readonly mark: string;
  readonly isEach: boolean;
}

function marksOf(node: Json, isEach: boolean): Mark[] {
  if (typeof node === 'string') return node.startsWith('$') ? [{ mark: node, isEach }] : [];
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap((one: Json) => marksOf(one, isEach));
  return Object.entries(node).flatMap(([key, value]) => marksOf(value, isEach || key === EACH));
}

/** The body of a request. */
export function filled(template: Json, written: Written, row: WrittenRow | undefined = written.rows[0]): string {
  if (typeof template === 'string') return template.startsWith('$') ? marked(template, written, row) : JSON.stringify(template);
  if (typeof template !== 'object' || template === null) return JSON.stringify(template);
  if (Array.isArray(template)) return list(template.map((one: Json) => filled(one, written, row)));
  const entries = Object.entries(template);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === EACH) return list(written.rows.map((one) => filled(first[1], written, one)));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${filled(value, written, row)}`).join(',')}}`;
}

const list = (parts: readonly string[]): string => `[${parts.join(',')}]`;

function marked(mark: string, { rows, shape, columns = [] }: Written, row: WrittenRow | undefined): string {
  const record = ({ cells = [] }: WrittenRow): string =>
    `{${cells.map((cell, i) => `${JSON.stringify(columns[i] ?? String(i))}:${cell}`).join(',')}}`;
  switch (mark) {
    case '$rows':
      return list(rows.map(({ json }) => json));
    case '$row':
      return row?.json ?? 'null';
    case '$flat':
      // Brackets of numbers only: a text in brackets stays as it is.
      return list(rows.map(({ json }) => (json.startsWith('[') ? json.replace(/[[\]]/g, '') : json)));
    case '$records':
      return list(rows.map(record));
    case '$record':
      return row ? record(row) : 'null';
    case '$columns':
      return JSON.stringify(columns);
    case '$shape':
      return JSON.stringify([rows.length, ...shape]);
    default:
      return String(rows.length);
  }
}
