/** Missing values, as pipelines fill them in: with the usual value, with zero, or with a sentinel that was never a value. */
import { type EncodedColumn, elementOf, type PortsEncoding } from '../../../model/ports-encoding.ts';
import { type Field, fieldsOf, SHARES, some, type TableCorruption, type TableFacts } from './table-corruption.ts';

/** No category of the list: the model is given an empty text. */
const NO_CATEGORY = -1;
const SENTINEL = -999;

function missing(id: string, name: string, filled: (field: Field, made: Float32Array, facts: TableFacts) => void): TableCorruption {
  return {
    id,
    name,
    family: 'missing',
    severities: SHARES.map((share) => `${Math.round(100 * share)} % of the fields`),
    suits: () => true,
    apply: (row, severity, facts, rng) => {
      const made = row.slice();
      for (const field of some(fieldsOf(facts.encoding), SHARES[severity - 1] as number, rng)) filled(field, made, facts);
      return made;
    },
  };
}

export const missingUsual = missing('missing_usual', 'Missing, filled with the usual value', (field, made, { usual }) => {
  for (const at of field) made[at] = usual[at] as number;
});

/** Numbers become `value`; a category becomes none, and so does a one-hot group. */
function blank(field: Field, made: Float32Array, { columns }: PortsEncoding, value: number): void {
  for (const at of field) {
    const column = columns[at] as EncodedColumn;
    made[at] = column.categories ? NO_CATEGORY : elementOf(field.length > 1 ? 0 : value, column);
  }
}

export const missingZero = missing('missing_zero', 'Missing, filled with zero', (field, made, { encoding }) =>
  blank(field, made, encoding, 0),
);

export const missingSentinel = missing('missing_sentinel', `Missing, filled with ${SENTINEL}`, (field, made, { encoding }) =>
  blank(field, made, encoding, SENTINEL),
);
