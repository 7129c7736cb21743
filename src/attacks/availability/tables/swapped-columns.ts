/** Numbers that stand in each other's column, as after a change of the schema. */
import { type EncodedColumn, elementOf, numberOf } from '../../../model/ports-encoding.ts';
import { measured, SHARES, some, type TableCorruption } from './table-corruption.ts';

export const swappedColumns: TableCorruption = {
  id: 'swapped_columns',
  name: 'Swapped columns',
  family: 'units',
  severities: SHARES.map((share) => `${Math.round(200 * share)} % of the numbers, at least two`),
  suits: ({ encoding }) => measured(encoding).length > 1,
  apply: (row, severity, { encoding }, rng) => {
    const all = rng.shuffle(measured(encoding));
    const pairs = Array.from({ length: Math.floor(all.length / 2) }, (_, i) => [all[2 * i] as number, all[2 * i + 1] as number] as const);
    const made = row.slice();
    for (const [a, b] of some(pairs, Math.min(1, 2 * (SHARES[severity - 1] as number)), rng)) {
      made[a] = moved(row, encoding.columns, b, a);
      made[b] = moved(row, encoding.columns, a, b);
    }
    return made;
  },
};

/** The number of one column as an element of another. */
function moved(row: Float32Array, columns: readonly EncodedColumn[], from: number, to: number): number {
  const target = columns[to] as EncodedColumn;
  const value = numberOf(row[from] as number, columns[from] as EncodedColumn);
  return elementOf(target.whole ? Math.round(value) : value, target);
}
