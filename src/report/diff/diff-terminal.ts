/** A comparison of two results as lines for the terminal, within its width. */
import pc from 'picocolors';
import type { Flips, ModelDiff, ResultDiff } from '../../audit/compare/diff.ts';
import type { FigureChange } from '../../audit/compare/figure-change.ts';
import { plural } from '../format.ts';
import { cut, pad, plain, wrap } from '../plain.ts';
import { type Page, pageOf, SIGNS } from '../terminal-page.ts';
import {
  chanceText,
  changedChecks,
  changedFindings,
  comparedText,
  differenceText,
  diffHeadline,
  FATES,
  figureLabel,
  runText,
  SHOWN,
  severityText,
  shownFigures,
  sideText,
  statusText,
  statusTone,
  testText,
} from './diff-words.ts';

const VALUE = 10;
const CHANGE = 26;
const WORD = 14;
/** Flipped examples named, of each kind. */
const NAMED = 5;
const FINDINGS = 8;

function figureRows(page: Page, figure: FigureChange): string[] {
  const { word, tone } = SHOWN[figure.shown];
  const names = labelWidth(page);
  const [first = '', ...more] = wrap(plain(figureLabel(figure)), names - 2);
  const cells = [
    pad(first, names),
    pad(cut(sideText(figure, figure.before), VALUE - 1), VALUE, 'left'),
    pad(cut(sideText(figure, figure.after), VALUE - 1), VALUE, 'left'),
    page.dim(pad(cut(differenceText(figure).replace(' points', ''), CHANGE - 2), CHANGE, 'left')),
  ];
  return [`  ${cells.join('')} ${page.paint(tone, word)}`, ...more.map((line) => `    ${line}`)];
}

const labelWidth = (page: Page): number => page.width - 2 * VALUE - CHANGE - WORD - 3;

/** Those whose test, or the reason why there is none, gets a line. */
const isTold = (figure: FigureChange, main: readonly FigureChange[]): boolean => main.includes(figure) || figure.shown === 'incomparable';

function figures(page: Page, model: ModelDiff): string[] {
  const { main, moved, rest } = shownFigures(model);
  if (main.length + moved.length === 0) return [];
  const names = labelWidth(page);
  const head = `  ${pad('figure', names)}${pad('before', VALUE, 'left')}${pad('after', VALUE, 'left')}${pad('change (95 % interval)', CHANGE, 'left')}`;
  return [
    page.dim(head),
    ...[...main, ...moved].flatMap((figure) => figureRows(page, figure)),
    ...(rest === undefined ? [] : wrap(rest, page.width - 2).map((line) => page.dim(`  ${line}`))),
    ...[...main, ...moved]
      .filter((figure) => isTold(figure, main))
      .flatMap((figure) => wrap(plain(`${figureLabel(figure)}: ${testText(figure)}`), page.width - 2).map((line) => page.dim(`  ${line}`))),
    '',
  ];
}

function flips(page: Page, flipped: Flips): string[] {
  const { worse, better } = flipped;
  if (worse.length + better.length === 0) return [];
  const named = (list: Flips['worse']): string => {
    const ids = list.slice(0, NAMED).map(({ id }) => plain(id));
    const rest = list.length - ids.length;
    return list.length === 0 ? '' : `: ${ids.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  };
  const line = (tone: 'bad' | 'good', text: string): string[] =>
    wrap(text, page.width - 4).map((part, i) => `  ${i === 0 ? page.paint(tone, SIGNS[tone]) : ' '} ${part}`);
  return [
    page.dim(`  the same ${comparedText(flipped)}`),
    ...(worse.length > 0 ? line('bad', `${worse.length} got worse${named(worse)}`) : []),
    ...(better.length > 0 ? line('good', `${better.length} got better${named(better)}`) : []),
    '',
  ];
}

function checks(page: Page, model: ModelDiff): string[] {
  const changed = changedChecks(model);
  if (changed.length === 0) return [];
  return [
    page.dim('  checks'),
    ...changed.map((check) => {
      const tone = statusTone(check);
      return `  ${page.paint(tone, SIGNS[tone])} ${cut(`${plain(check.id)}: ${statusText(check)}`, page.width - 4)}`;
    }),
    '',
  ];
}

function findings(page: Page, model: ModelDiff): string[] {
  const { changed, kept } = changedFindings(model);
  if (model.findings.length === 0) return [];
  return [
    page.dim('  findings'),
    ...changed.slice(0, FINDINGS).flatMap((finding) => {
      const { word, tone } = FATES[finding.fate];
      return wrap(`${word}: ${plain(finding.title)} (${severityText(finding)})`, page.width - 4).map(
        (line, i) => `  ${i === 0 ? page.paint(tone, SIGNS[tone]) : ' '} ${line}`,
      );
    }),
    ...(changed.length > FINDINGS ? [page.dim(`    and ${changed.length - FINDINGS} more`)] : []),
    ...(kept > 0 ? [page.dim(`  – ${plural(kept, 'finding')} in both`)] : []),
    '',
  ];
}

function block(page: Page, model: ModelDiff): string[] {
  const { tone, text } = diffHeadline(model);
  const chance = chanceText(model);
  return [
    ...wrap(plain(text), page.width - 2).map((line, i) =>
      i === 0 ? `${page.paint(tone, SIGNS[tone])} ${page.bold(line)}` : `  ${page.bold(line)}`,
    ),
    ...model.notes.flatMap((note) =>
      wrap(plain(note), page.width - 4).map((line, i) => `  ${i === 0 ? page.paint('warn', SIGNS.warn) : ' '} ${line}`),
    ),
    '',
    ...figures(page, model),
    ...model.flips.flatMap((one) => flips(page, one)),
    ...checks(page, model),
    ...findings(page, model),
    ...(chance === undefined ? [] : [...wrap(chance, page.width - 2).map((line) => page.dim(`  ${line}`)), '']),
  ];
}

export function renderDiffTerminal(diff: ResultDiff, options: { color: boolean; width?: number }): string {
  const page = pageOf(pc.createColors(options.color), options.width ?? 80);
  const side = (word: string, run: ResultDiff['before']): string => page.dim(cut(`${pad(word, 7)} ${plain(runText(run))}`, page.width));
  return [side('before', diff.before), side('after', diff.after), '', ...diff.models.flatMap((model) => block(page, model))]
    .join('\n')
    .trimEnd();
}
