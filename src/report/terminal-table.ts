/** Rows of a table that fool the model, for terminals: the changed columns, before and after. */
import type { ModelResult } from '../audit/result.ts';
import { cell, moved } from './column-changes.ts';
import { rankExamples } from './examples.ts';
import { confidence } from './format.ts';
import { quoted } from './names.ts';
import { cut, pad, plain } from './plain.ts';

export interface RowPage {
  readonly width: number;
  readonly dim: (text: string) => string;
}

const SHOWN = 2;
/** Columns of one row. */
const COLUMNS = 4;

export function rowExamples(page: RowPage, model: ModelResult): string[] {
  const rows = rankExamples(model).filter(({ example }) => example.changes !== undefined);
  return rows.slice(0, SHOWN).flatMap(({ example }) => {
    const [before, after] = [confidence(example.clean.confidence), confidence(example.adversarial.confidence)];
    const said = (label: number, sure: string | null): string => `${plain(quoted(model, label))}${sure === null ? '' : ` ${sure}`}`;
    const head = `${example.id}: ${said(example.clean.label, before)} → ${said(example.adversarial.label, after)}`;
    const changes = example.changes ?? [];
    const names = Math.min(24, Math.max(...changes.slice(0, COLUMNS).map(({ column }) => [...plain(column)].length)));
    const lines = changes.slice(0, COLUMNS).map((change) => {
      const what = `${plain(cell(change.before))} → ${plain(cell(change.after))}`;
      return `    ${pad(cut(plain(change.column), names), names)}  ${cut(what, page.width - names - 22)}  ${page.dim(moved(change))}`;
    });
    const rest = changes.length - COLUMNS;
    return ['', page.dim(`  ${cut(plain(head), page.width - 2)}`), ...lines, ...(rest > 0 ? [page.dim(`    and ${rest} more`)] : [])];
  });
}
