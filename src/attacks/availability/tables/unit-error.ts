/** A number in other units than the model was trained on: inches for centimetres, a lost decimal point, thousands. */
import { measured, some, type TableCorruption, withNumbers } from './table-corruption.ts';

const ERRORS = [
  { factor: 2.54, share: 0, text: 'one number × 2.54' },
  { factor: 0.1, share: 0, text: 'one number ÷ 10' },
  { factor: 10, share: 0, text: 'one number × 10' },
  { factor: 1000, share: 0, text: 'one number × 1000' },
  { factor: 1000, share: 0.25, text: 'a quarter of the numbers × 1000' },
] as const;

export const unitError: TableCorruption = {
  id: 'unit_error',
  name: 'Wrong units',
  family: 'units',
  severities: ERRORS.map(({ text }) => text),
  suits: ({ encoding }) => measured(encoding).length > 0,
  apply: (row, severity, { encoding }, rng) => {
    const { factor, share } = ERRORS[severity - 1] as (typeof ERRORS)[number];
    return withNumbers(row, encoding, some(measured(encoding), share, rng), (value) => value * factor);
  },
};
