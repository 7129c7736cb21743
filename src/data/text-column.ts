/** Finds the column of a table that holds the texts. */
import { GibbonError } from '../base/errors.ts';
import type { TextTable } from './delimited.ts';
import { plainName } from './label-column.ts';

/** Usual names, the clearest first. */
const NAMES = [
  'text',
  'sentence',
  'sms',
  'message',
  'content',
  'review',
  'reviewtext',
  'tweet',
  'comment',
  'commenttext',
  'body',
  'prompt',
  'query',
  'utterance',
  'headline',
  'title',
  'input',
];

/**
 * By the user's word, by a usual name, else the column of the longest cells.
 * @throws GibbonError E_USAGE where the wanted one is not there
 */
export function textColumn(table: TextTable, { wanted, path }: { wanted: string | undefined; path: string }): { at: number; how: string } {
  const width = table.rows[0]?.length ?? 0;
  if (wanted !== undefined) {
    const named = table.header?.findIndex((name) => name === wanted || plainName(name) === plainName(wanted)) ?? -1;
    const at = named >= 0 ? named : /^-?\d+$/.test(wanted) ? Number(wanted) : Number.NaN;
    if (at >= -width && at < width) return { at: (at + width) % width, how: 'as given' };
    throw new GibbonError('E_USAGE', `${path} has no column ${wanted}`, {
      hint: `${table.header ? `Its columns are ${table.header.join(', ')}. ` : ''}Positions count from 0; -1 is the last one.`,
    });
  }
  for (const name of NAMES) {
    const at = table.header?.findIndex((own) => plainName(own) === name) ?? -1;
    if (at >= 0) return { at, how: 'by its name' };
  }
  const lengths = Array.from({ length: width }, (_, at) => table.rows.reduce((sum, row) => sum + (row[at]?.length ?? 0), 0));
  return { at: lengths.indexOf(Math.max(...lengths)), how: 'its cells are the longest' };
}
