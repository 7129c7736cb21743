/** Another category than the right one, as after a misclick or a changed code list; one-hot groups stay one-hot. */
import { type EncodedColumn, elementOf, numberOf, type PortsEncoding } from '../../../model/ports-encoding.ts';
import { type Field, fieldsOf, SHARES, some, type TableCorruption } from './table-corruption.ts';

const isChoice = ({ columns }: PortsEncoding, field: Field): boolean =>
  field.length > 1 || (columns[field[0] as number]?.categories?.length ?? 0) > 1;

const choices = (encoding: PortsEncoding): Field[] => fieldsOf(encoding).filter((field) => isChoice(encoding, field));

export const wrongCategory: TableCorruption = {
  id: 'wrong_category',
  name: 'Wrong category',
  family: 'values',
  severities: SHARES.map((share) => `${Math.round(100 * share)} % of the categories`),
  suits: ({ encoding }) => choices(encoding).length > 0,
  apply: (row, severity, { encoding }, rng) => {
    const made = row.slice();
    for (const field of some(choices(encoding), SHARES[severity - 1] as number, rng)) {
      const column = encoding.columns[field[0] as number] as EncodedColumn;
      if (column.categories) {
        made[field[0] as number] = other(Math.round(row[field[0] as number] as number), column.categories.length, rng.int.bind(rng));
      } else {
        const was = field.findIndex((at) => numberOf(row[at] as number, encoding.columns[at] as EncodedColumn) > 0.5);
        const now = other(was, field.length, rng.int.bind(rng));
        for (const [i, at] of field.entries()) made[at] = elementOf(Number(i === now), encoding.columns[at] as EncodedColumn);
      }
    }
    return made;
  },
};

/** One of `count` that is not this one. */
function other(was: number, count: number, int: (n: number) => number): number {
  const drawn = int(count - 1);
  return drawn >= was && was >= 0 ? drawn + 1 : drawn;
}
