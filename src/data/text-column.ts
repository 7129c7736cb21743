/** Finds the column of a table that holds the texts. */
import type { TextTable } from './delimited.ts';
import { plainName, wantedColumn } from './label-column.ts';

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
  if (wanted !== undefined) return { at: wantedColumn(table, wanted, path), how: 'as given' };
  for (const name of NAMES) {
    const at = table.header?.findIndex((own) => plainName(own) === name) ?? -1;
    if (at >= 0) return { at, how: 'by its name' };
  }
  const width = table.rows[0]?.length ?? 0;
  const lengths = Array.from({ length: width }, (_, at) => table.rows.reduce((sum, row) => sum + (row[at]?.length ?? 0), 0));
  return { at: lengths.indexOf(Math.max(...lengths)), how: 'its cells are the longest' };
}
