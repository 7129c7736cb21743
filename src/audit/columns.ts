/** What a report says of the columns of a table: the rules of each, and what an attack changed in a row. */
import { cellOf, type EncodedColumn, numberOf, type PortsEncoding } from '../model/ports-encoding.ts';
import type { ColumnChange, ColumnRule } from './result.ts';

export function columnRules({ columns, groups }: PortsEncoding, epsilon: number): ColumnRule[] {
  return columns.map((column, i): ColumnRule => {
    const group = groups.findIndex((members) => members.includes(i));
    const isText = column.categories !== undefined;
    return {
      column: column.name,
      kind: isText ? 'category' : column.whole ? 'whole number' : 'number',
      movable: column.movable,
      epsilon: isText ? null : epsilon * column.scale,
      range: isText ? null : [numberOf(column.low, column), numberOf(column.high, column)],
      group: group < 0 ? null : group,
    };
  });
}

/** Is there a column that may change and, where it holds whole numbers, can take a step within epsilon? */
export function canMove({ columns }: Pick<PortsEncoding, 'columns'>, epsilon: number): boolean {
  return columns.some(({ movable, whole, scale }) => movable && (!whole || scale * epsilon * (1 + 1e-6) >= 1));
}

/** The changed columns, the one that moved furthest first. */
export function changesOf({ columns }: PortsEncoding, original: Float32Array, adversarial: Float32Array): ColumnChange[] {
  const moved = columns.flatMap((column, i) => changeOf(column, original[i] as number, adversarial[i] as number));
  return moved.sort((a, b) => Math.abs(b.deviations ?? Number.POSITIVE_INFINITY) - Math.abs(a.deviations ?? Number.POSITIVE_INFINITY));
}

function changeOf(column: EncodedColumn, from: number, to: number): ColumnChange[] {
  const [before, after] = [cellOf(from, column), cellOf(to, column)];
  if (before === after) return [];
  return [{ column: column.name, before, after, deviations: column.categories ? null : to - from }];
}
