/** The checks of a model as lines for the terminal: by category, worst first, each with its deciding figure; those that could not run in short. */
import type { CheckResult } from '../audit/result.ts';
import { CATEGORY_NAMES, checkTitle, keyFigure, REPORTED_CATEGORIES, reasons, worstFirst } from './checks.ts';
import { metricInterval, metricValue } from './metric-text.ts';
import { cut, pad, plain, wrap } from './plain.ts';
import { STATUSES } from './statuses.ts';
import { type Page, SIGNS, WIDE } from './terminal-page.ts';

interface Figure {
  readonly value: string;
  readonly interval: string;
}

interface Columns {
  readonly title: number;
  readonly value: number;
  readonly interval: number;
}

/** Sign and status, with the blanks before and after. */
const STATUS = 14;
const VALUE = 14;
const INTERVAL = 20;
/** Lines of a reason. */
const REASON_LINES = 3;

function figureOf(check: CheckResult): Figure {
  const metric = keyFigure(check);
  return metric === undefined
    ? { value: '', interval: '' }
    : { value: plain(metricValue(metric)), interval: plain(metricInterval(metric) ?? '') };
}

/** As wide as the longest entry, where that leaves room for the titles. */
function columnsOf({ width }: Page, figures: readonly Figure[]): Columns {
  const longest = (texts: readonly string[], most: number): number => Math.min(most, Math.max(0, ...texts.map((text) => [...text].length)));
  const value = longest(
    figures.map((one) => one.value),
    VALUE,
  );
  const interval =
    width < WIDE
      ? 0
      : longest(
          figures.map((one) => one.interval),
          INTERVAL,
        );
  return { title: width - STATUS - value - 2 - (interval === 0 ? 0 : interval + 2), value, interval };
}

function checkLines(page: Page, check: CheckResult, columns: Columns): string[] {
  const { word, tone } = STATUSES[check.status];
  const { value, interval } = figureOf(check);
  const [first = '', ...more] = wrap(plain(checkTitle(check)), columns.title);
  const cells = [
    pad(cut(value, columns.value), columns.value, 'left'),
    page.dim(pad(cut(interval, columns.interval), columns.interval, 'left')),
  ];
  const figures = value === '' ? '' : columns.interval === 0 ? `  ${cells[0]}` : `  ${cells.join('  ')}`;
  const indent = ' '.repeat(STATUS);
  const why = check.reason === null ? [] : wrap(plain(check.reason), page.width - STATUS).slice(0, REASON_LINES);
  return [
    `  ${page.paint(tone, pad(`${SIGNS[tone]} ${word}`, STATUS - 2))}${figures === '' ? first : pad(first, columns.title)}${figures}`,
    ...more.map((line) => `${indent}${line}`),
    ...why.map((line) => `${indent}${page.dim(line)}`),
  ];
}

/** One line for each reason, with the checks that share it. */
function leftOut(page: Page, checks: readonly CheckResult[]): string[] {
  const groups = reasons(checks).flatMap(({ reason, checks: members }) =>
    wrap(`${members.map(({ id }) => plain(id)).join(', ')}: ${plain(reason)}`, page.width - 4).map(
      (line, i) => `${i === 0 ? '  – ' : '    '}${line}`,
    ),
  );
  return groups.length === 0 ? [] : ['', page.dim('  Not applicable'), ...groups.map((line) => page.dim(line))];
}

/** `isShort` names only the checks that ask for attention, and counts the others. */
export function checkTable(page: Page, checks: readonly CheckResult[], isShort: boolean): string[] {
  const ran = checks.filter(({ status }) => status !== 'not-applicable');
  const shown = isShort ? ran.filter(({ status }) => status !== 'pass') : ran;
  const columns = columnsOf(page, shown.map(figureOf));
  const passed = ran.length - shown.length;
  const blocks = REPORTED_CATEGORIES.flatMap((category) => {
    const own = worstFirst(shown.filter((check) => check.category === category));
    return own.length === 0
      ? []
      : ['', page.dim(`  ${CATEGORY_NAMES[category].name}`), ...own.flatMap((check) => checkLines(page, check, columns))];
  });
  const summed = passed === 0 ? [] : ['', `  ${page.paint('good', SIGNS.good)} ${passed} ${passed === 1 ? 'check' : 'checks'} passed`];
  return [
    ...blocks,
    ...summed,
    ...leftOut(
      page,
      checks.filter(({ status }) => status === 'not-applicable'),
    ),
  ];
}
