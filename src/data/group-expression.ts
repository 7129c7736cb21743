/** A column as `--groups` names it, cut in two where an operator says so: `sex`, `age>=25`, `race==White`. */
import { GibbonError } from '../base/errors.ts';
import { isMissing, isNumber, type TextTable } from './delimited.ts';
import { wantedColumn } from './label-column.ts';
import { columnName } from './table.ts';

/** Which group each sample belongs to, by one attribute; null where that is not known. */
export interface Grouping {
  readonly attribute: string;
  readonly of: readonly (string | null)[];
}

/** The other side of each cut. */
const OPPOSITE = { '>=': '<', '<=': '>', '>': '<=', '<': '>=', '==': '!=' } as const;
type Operator = keyof typeof OPPOSITE;

const compare: Readonly<Record<Operator, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '==': (a, b) => a === b,
};

interface Cut {
  readonly column: string;
  readonly operator: Operator;
  readonly bound: string;
}

/** The column and the cut that an expression asks for; undefined where it is a plain name. */
function cutOf(expression: string): Cut | undefined {
  const [, column = '', operator = '', bound = ''] = /^(.+?)\s*(>=|<=|==|>|<|=)\s*(.+)$/.exec(expression) ?? [];
  return column === '' ? undefined : { column, operator: operator === '=' ? '==' : (operator as Operator), bound };
}

/** The column's name or position that an expression speaks of. */
export function columnOf(expression: string, header: readonly string[] | undefined): string {
  return header?.includes(expression) ? expression : (cutOf(expression)?.column ?? expression);
}

/** @throws GibbonError E_USAGE where there is no such column, or a number is asked of texts */
export function grouping(expression: string, table: TextTable, rows: readonly number[], path: string): Grouping {
  // A column may really be called "income>50K".
  const cut = table.header?.includes(expression) ? undefined : cutOf(expression);
  const at = wantedColumn(table, cut?.column ?? expression, path);
  const cells = rows.map((row) => table.rows[row]?.[at] as string);
  const known = (cell: string): string | null => (isMissing(cell) ? null : cell);
  const name = columnName(table, at);
  if (!cut) return { attribute: name, of: cells.map(known) };
  const { operator, bound } = cut;
  const [inside, outside] = [`${name}${operator}${bound}`, `${name}${OPPOSITE[operator]}${bound}`];
  const isInside = side(cut, cells, name);
  return { attribute: inside, of: cells.map((cell) => (isMissing(cell) ? null : isInside(cell) ? inside : outside)) };
}

function side({ operator, bound }: Cut, cells: readonly string[], name: string): (cell: string) => boolean {
  const text = cells.find((cell) => !isNumber(cell) && !isMissing(cell));
  if (isNumber(bound) && text === undefined) return (cell) => compare[operator](Number(cell), Number(bound));
  if (operator === '==') return (cell) => cell === bound;
  throw new GibbonError(
    'E_USAGE',
    text === undefined
      ? `${name}${operator}${bound}: ${bound} is no number`
      : `${name} holds texts such as ${JSON.stringify(text)}, which ${operator} does not order`,
    { hint: `Compare texts by ==, as in '${name}==${text ?? bound}', or take the whole column: '${name}'.` },
  );
}
