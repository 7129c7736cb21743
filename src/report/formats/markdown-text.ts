/** Pieces of GitHub-flavoured Markdown that several forms of the result are made of. */
import type { Proportion } from '../../audit/result.ts';
import { interval, percent } from '../format.ts';
import type { Tone } from '../names.ts';
import { plain } from '../plain.ts';

export const MARKDOWN_SIGNS: Record<Tone, string> = { good: '✅', warn: '⚠️', bad: '❌', mute: '❔', info: 'ℹ️', none: '➖' };

/** Text from files or users, without anything that Markdown or HTML would take for its own. */
export function safe(text: string): string {
  return plain(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_{}[\]()#+!|~>@-]/g, (character) => `\\${character}`);
}

/** A proportion with its interval. */
export const proportionCell = (p: Proportion | null): string => (p === null ? '–' : `**${percent(p)}** (${interval(p)})`);

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The first `texts` columns hold text, the others numbers. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[], texts = 1): string[] {
  return [row(heads), row(heads.map((_, i) => (i < texts ? '---' : '---:'))), ...rows.map(row)];
}
