/** Texts that fool the model, for terminals: what was removed and inserted, in colours or as [-removed-] and {+inserted+}. */
import type { ModelResult, TextPiece } from '../audit/result.ts';
import { rankExamples } from './examples.ts';
import { confidence, distance } from './format.ts';
import { quoted } from './names.ts';
import { cut, plain, wrap } from './plain.ts';
import { shownPieces } from './text-diff.ts';

export interface TextPage {
  readonly width: number;
  readonly dim: (text: string) => string;
  /** Marks a piece in colours; undefined where there are none. */
  readonly mark: ((kind: 'removed' | 'added', text: string) => string) | undefined;
}

const SHOWN = 2;
/** Lines of one text. */
const LINES = 3;

export function textExamples(page: TextPage, model: ModelResult): string[] {
  const texts = rankExamples(model).filter(({ example }) => example.text !== undefined);
  return texts.slice(0, SHOWN).flatMap(({ example }) => {
    const [before, after] = [confidence(example.clean.confidence), confidence(example.adversarial.confidence)];
    const said = (label: number, sure: string | null): string => `${plain(quoted(model, label))}${sure === null ? '' : ` ${sure}`}`;
    const head = `${said(example.clean.label, before)} → ${said(example.adversarial.label, after)}, ${distance(example.distances, model.threat)}`;
    const lines = wrap(marked(example.text?.pieces ?? []), page.width - 4).slice(0, LINES);
    return ['', page.dim(`  ${cut(head, page.width - 2)}`), ...lines.map((line) => `    ${coloured(page, line)}`)];
  });
}

/** Wrapped as plain characters, coloured afterwards: escape sequences have no width. */
function marked(pieces: readonly TextPiece[]): string {
  return shownPieces(pieces)
    .map(({ kind, text }) => {
      const safe = text.replace(/\p{Cc}|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, ' ');
      if (kind === 'same') return safe;
      return kind === 'removed' ? `[-${safe}-]` : `{+${safe}+}`;
    })
    .join('');
}

function coloured({ mark }: TextPage, line: string): string {
  if (!mark) return line;
  return line
    .replace(/\[-(.*?)-\]/g, (_, text: string) => mark('removed', text))
    .replace(/\{\+(.*?)\+\}/g, (_, text: string) => mark('added', text));
}
