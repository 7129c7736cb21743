/** What a corruption of table rows is: severities in words, and a function from a row, its columns and random numbers to a row. */
import { type EncodedColumn, elementOf, numberOf, type PortsEncoding } from '../../../model/ports-encoding.ts';
import type { Rng } from '../../../rng/rng.ts';

export interface TableFacts {
  readonly encoding: PortsEncoding;
  /** For each column its mean, or its commonest category, as an element of a row. */
  readonly usual: Float32Array;
  /** A row of the data: what a column shows that is not refreshed any more. */
  readonly stale: Float32Array;
  /** The audit's seed, for what is the same for all rows. */
  readonly seed: number;
}

export interface TableCorruption {
  readonly id: string;
  readonly name: string;
  readonly family: 'missing' | 'units' | 'values';
  readonly severities: readonly string[];
  /** Has this table columns for it? */
  suits(facts: Pick<TableFacts, 'encoding'>): boolean;
  apply(row: Float32Array, severity: number, facts: TableFacts, rng: Rng): Float32Array;
}

/** Shares of the fields that are struck, by severity. */
export const SHARES = [0.05, 0.1, 0.2, 0.3, 0.5] as const;

/** A field of the pipeline: one column, or the columns of a one-hot group, which stand for one category. */
export type Field = readonly number[];

export function fieldsOf({ columns, groups }: PortsEncoding): Field[] {
  const grouped = new Set(groups.flat());
  return [...groups, ...[...columns.keys()].filter((at) => !grouped.has(at)).map((at) => [at])];
}

/** Columns of measured numbers: no categories, no one-hot members, no flags of 0 and 1. */
export function measured({ columns, groups }: PortsEncoding): number[] {
  const grouped = new Set(groups.flat());
  const isFlag = (column: EncodedColumn): boolean => column.whole && numberOf(column.high, column) - numberOf(column.low, column) <= 1;
  return [...columns.entries()].filter(([at, column]) => !grouped.has(at) && !column.categories && !isFlag(column)).map(([at]) => at);
}

/** This share of the list, at least one, at random. */
export function some<T>(list: readonly T[], share: number, rng: Rng): T[] {
  return rng.shuffle(list).slice(0, Math.max(1, Math.round(share * list.length)));
}

/** The row with the numbers behind some columns changed, in the units of the column; whole ones stay whole where `keepsWhole`. */
export function withNumbers(
  row: Float32Array,
  { columns }: PortsEncoding,
  at: readonly number[],
  change: (value: number, column: EncodedColumn) => number,
  keepsWhole = true,
): Float32Array {
  const made = row.slice();
  for (const i of at) {
    const column = columns[i] as EncodedColumn;
    const value = change(numberOf(row[i] as number, column), column);
    made[i] = elementOf(column.whole && keepsWhole ? Math.round(value) : value, column);
  }
  return made;
}
