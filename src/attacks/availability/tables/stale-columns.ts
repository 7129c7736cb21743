/** Columns that are not refreshed any more: the same value in every row. */
import { keyedRng } from '../../../rng/rng.ts';
import { fieldsOf, SHARES, some, type TableCorruption } from './table-corruption.ts';

export const staleColumns: TableCorruption = {
  id: 'stale_columns',
  name: 'Stale columns',
  family: 'missing',
  severities: SHARES.map((share) => `${Math.round(100 * share)} % of the fields, the same in all rows`),
  suits: () => true,
  apply: (row, severity, { encoding, stale, seed }) => {
    const made = row.slice();
    const frozen = some(fieldsOf(encoding), SHARES[severity - 1] as number, keyedRng(seed, 'stale_columns', severity));
    for (const at of frozen.flat()) made[at] = stale[at] as number;
    return made;
  },
};
