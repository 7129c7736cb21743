/** How the changed columns of a row are told: in words, and as cells of a table. */
import type { ColumnChange } from '../audit/result.ts';
import { significant } from './format.ts';

/** Columns that a sentence or a card names; the others are counted. */
export const NAMED = 6;

/** A value as the data has it; numbers to seven digits, which is what a float32 holds. */
export function cell(value: number | string): string {
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  return String(Number(value.toPrecision(7)));
}

/** How far a column moved, e.g. `+0.08 sd`. */
export function moved({ deviations }: ColumnChange): string {
  if (deviations === null) return 'category';
  return `${deviations < 0 ? '−' : '+'}${significant(Math.abs(deviations))} sd`;
}

/** One sentence, e.g. "Change age from 39 to 40 and hours from 40 to 41". */
export function changeSentence(changes: readonly ColumnChange[]): string {
  const told = changes.slice(0, 3).map(({ column, before, after }) => `${column} from ${cell(before)} to ${cell(after)}`);
  const rest = changes.length - told.length;
  const parts = rest > 0 ? [...told, `${rest} more`] : told;
  const [last, ...first] = [...parts].reverse();
  return first.length === 0 ? `Change ${last ?? 'nothing'}` : `Change ${first.reverse().join(', ')} and ${last}`;
}
