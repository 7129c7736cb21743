/** Numbers of fewer digits: rounded to three, two or one significant digits, or to the power of ten. */
import { measured, type TableCorruption, withNumbers } from './table-corruption.ts';

const DIGITS = [3, 2, 1, 0.5, 0] as const;

export const rounding: TableCorruption = {
  id: 'rounding',
  name: 'Rounding',
  family: 'values',
  severities: ['three digits', 'two digits', 'one digit', 'to 1, 2, 5 or 10 of a decade', 'to the nearest power of ten'],
  suits: ({ encoding }) => measured(encoding).length > 0,
  apply: (row, severity, { encoding }) =>
    withNumbers(row, encoding, measured(encoding), (value) => rounded(value, DIGITS[severity - 1] as (typeof DIGITS)[number])),
};

function rounded(value: number, digits: (typeof DIGITS)[number]): number {
  if (value === 0) return 0;
  const decade = Math.floor(Math.log10(Math.abs(value)));
  const mantissa = Math.abs(value) / 10 ** decade;
  if (digits >= 1) return Math.sign(value) * 10 ** decade * (Math.round(mantissa * 10 ** (digits - 1)) / 10 ** (digits - 1));
  const steps = digits === 0 ? [1, 10] : [1, 2, 5, 10];
  const nearest = steps.reduce((best, step) => (Math.abs(Math.log(mantissa / step)) < Math.abs(Math.log(mantissa / best)) ? step : best));
  return Math.sign(value) * nearest * 10 ** decade;
}
