/** The checks of a model as lines for the terminal: how each category fares, what asks for attention (worst first, with the deciding figure), what passed in one line, what could not run in short. */
import type { Category } from '../audit/finding.ts';
import type { CheckResult } from '../audit/result.ts';
import { checkTitle, keyFigure, REPORTED_CATEGORIES, reasons, worstFirst, worstStatus } from './checks.ts';
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
const REASON_LINES = 2;

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
  const why = check.reason === null ? [] : wrap(plain(check.reason), page.width - STATUS);
  const shown = why.length > REASON_LINES ? [...why.slice(0, REASON_LINES - 1), `${why[REASON_LINES - 1]}…`] : why;
  return [
    `  ${page.paint(tone, pad(`${SIGNS[tone]} ${word}`, STATUS - 2))}${figures === '' ? first : pad(first, columns.title)}${figures}`,
    ...more.map((line) => `${indent}${line}`),
    ...shown.map((line) => `${indent}${page.dim(cut(line, page.width - STATUS))}`),
  ];
}

/** Such as `integrity ✗ 1 of 4`, `evidence ✓ 2`: the worst status of a category, and how many of its checks that ran have it. */
function categoryText(category: Category, checks: readonly CheckResult[]): string {
  const own = checks.filter((check) => check.category === category);
  const ran = own.filter(({ status }) => status !== 'not-applicable');
  const worst = worstStatus(own);
  const count = ran.filter(({ status }) => status === worst).length;
  const how = ran.length === 0 ? '' : ` ${count === ran.length ? count : `${count} of ${ran.length}`}`;
  return `${category} ${SIGNS[STATUSES[worst].tone]}${how}`;
}

/** One line for all categories; each stays in one piece, and is painted when it stands in its place. */
function categoryLines(page: Page, checks: readonly CheckResult[]): string[] {
  const present = REPORTED_CATEGORIES.filter((category) => checks.some((check) => check.category === category));
  const texts = present.map((category) => categoryText(category, checks));
  const paint = (line: string): string =>
    present.reduce((text, category, i) => {
      const { tone } = STATUSES[worstStatus(checks.filter((check) => check.category === category))];
      return text.replace(texts[i] ?? '', (found) => page.paint(tone, found));
    }, line);
  return wrap(texts.map((text) => text.replaceAll(' ', '\u00a0')).join(', '), page.width - 2).map((line) => `  ${paint(line)}`);
}

/** One line for each reason, with the checks that share it. */
function leftOut(page: Page, checks: readonly CheckResult[]): string[] {
  return reasons(checks).flatMap(({ reason, checks: members }) => {
    const lines = wrap(`${members.map(({ id }) => plain(id)).join(', ')}: ${plain(reason)}`, page.width - 4);
    const shown =
      lines.length > REASON_LINES ? [...lines.slice(0, REASON_LINES - 1), cut(`${lines[REASON_LINES - 1]}…`, page.width - 4)] : lines;
    return shown.map((line, i) => page.dim(`${i === 0 ? '  – ' : '    '}${line}`));
  });
}

export function checkTable(page: Page, checks: readonly CheckResult[]): string[] {
  if (checks.length === 0) return [];
  const ran = checks.filter(({ status }) => status !== 'not-applicable');
  const shown = worstFirst(ran.filter(({ status }) => status !== 'pass'));
  const passed = ran.filter(({ status }) => status === 'pass');
  const columns = columnsOf(page, shown.map(figureOf));
  const named = wrap(`${passed.length} passed: ${passed.map(({ id }) => plain(id)).join(', ')}`, page.width - 4);
  return [
    '',
    ...categoryLines(page, checks),
    ...shown.flatMap((check) => checkLines(page, check, columns)),
    ...(passed.length === 0 ? [] : named.map((line, i) => `  ${i === 0 ? page.paint('good', SIGNS.good) : ' '} ${line}`)),
    ...leftOut(
      page,
      checks.filter(({ status }) => status === 'not-applicable'),
    ),
  ];
}
