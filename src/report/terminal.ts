/** The result as a summary for the terminal; its last line is the verdict. */
import pc from 'picocolors';
import type { AttackResult, AuditResult, CheckResult, Finding, ModelResult, Proportion } from '../audit/result.ts';
import { bar, sparkline } from './bars.ts';
import { checksByModel } from './checks.ts';
import { compactCount, count, dateTime, interval, norm, percent, plural, size } from './format.ts';
import { attackRows, exampleWord, type Tone, VERDICTS } from './names.ts';
import { overall } from './overall.ts';
import { cut, pad, plain, wrap } from './plain.ts';
import { provedOf, unbrokenOf } from './proofs.ts';
import { medianText, queryCurve } from './query-curve.ts';
import { bySeverity, SEVERITIES } from './severity.ts';
import { askedText } from './subject-facts.ts';
import { checkTable } from './terminal-checks.ts';
import { gateLine, gateLines } from './terminal-gates.ts';
import { type Page, pageOf, SIGNS, WIDE } from './terminal-page.ts';
import { rowExamples } from './terminal-table.ts';
import { textExamples } from './terminal-text.ts';

const FINDINGS_SHOWN = 3;

/** Cells of a figure's bar. */
function barLength(page: Page): number {
  return Math.min(28, page.width - 34);
}

/** One figure: name, value, bar, interval. */
function figure(page: Page, name: string, value: Proportion | null, tone: Tone | null): string[] {
  if (value === null) return [];
  const length = barLength(page);
  const drawn = pad(value.n > 0 ? bar(value.value, length) : '', length);
  return [
    `  ${pad(name, 8)}${page.bold(pad(percent(value), 7, 'left'))}  ${tone === null ? drawn : page.paint(tone, drawn)}  ${page.dim(interval(value))}`,
  ];
}

function figures(page: Page, model: ModelResult): string[] {
  const { cleanAccuracy, noiseAccuracy, robustAccuracy, robustAccuracy8bit, verdict } = model.summary;
  const { tone } = VERDICTS[verdict];
  const unbroken = unbrokenOf(model);
  return [
    page.dim(`  ${pad('accuracy', 19 + barLength(page))}95 % interval`),
    ...figure(page, 'clean', cleanAccuracy, null),
    ...figure(page, 'noise', noiseAccuracy, null),
    ...(unbroken === undefined ? figure(page, 'robust', robustAccuracy, tone) : figure(page, 'unbroken', unbroken, tone)),
    ...figure(page, '  8-bit', robustAccuracy8bit, tone),
    ...figure(page, 'proved', provedOf(model)?.certified ?? null, tone),
  ];
}

/** Robust accuracy over epsilon, two cells for each point that was measured. */
function curve(page: Page, model: ModelResult): string[] {
  const points = [...model.curve].sort((a, b) => a.epsilon - b.epsilon);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return [];
  const drawn = sparkline(points.flatMap((point) => [point.robustAccuracy.value, point.robustAccuracy.value]));
  return [
    '',
    `  ${pad('curve', 9)}ε ${size(first.epsilon, model.threat)} ${drawn} ${size(last.epsilon, model.threat)}${page.width >= WIDE ? page.dim('  robust accuracy as ε grows') : ''}`,
  ];
}

function attackRow(page: Page, attack: AttackResult, { label, names }: { label: string; names: number }): string {
  const cells = [
    pad(percent(attack.successRate), 8, 'left'),
    pad(percent(attack.robustAccuracy), 9, 'left'),
    page.dim(pad(interval(attack.robustAccuracy), 15, 'left')),
    pad(compactCount(attack.queries), 9, 'left'),
    pad(compactCount(attack.gradients), 10, 'left'),
  ];
  const shown = page.width >= WIDE ? cells : cells.slice(0, 2);
  return `  ${pad(cut(plain(label), names), names)}${shown.join('')}`;
}

function attacks(page: Page, model: ModelResult): string[] {
  if (model.attacks.length === 0) return [];
  // Of the second look only what it broke is news.
  const rows = attackRows(model).filter(({ attack }) => model.attacks.includes(attack) || attack.successRate.count > 0);
  const longest = Math.max(6, ...rows.map(({ label }) => [...plain(label)].length));
  const names = Math.min(longest, page.width >= WIDE ? page.width - 54 : page.width - 20);
  const heads = [
    pad('success', 8, 'left'),
    pad('left', 9, 'left'),
    pad('95 % interval', 15, 'left'),
    pad('queries', 9, 'left'),
    pad('gradients', 10, 'left'),
  ];
  const head = `  ${pad('attack', names)}${(page.width >= WIDE ? heads : heads.slice(0, 2)).join('')}`;
  return ['', page.dim(head), ...rows.map(({ attack, label }) => attackRow(page, attack, { label, names }))];
}

/** Questions by which half of the examples fell, for attacks that ask. */
function questions(page: Page, model: ModelResult): string[] {
  const found = queryCurve(model);
  if (found === null) return [];
  const each = found.series.map(({ name, median }) => `${plain(name)} ${medianText(median)}`);
  return ['', ...wrap(`questions until half have fallen: ${each.join(', ')}`, page.width - 2).map((line) => `  ${page.dim(line)}`)];
}

/** What an endpoint was asked. */
function asked(page: Page, { remote }: ModelResult): string[] {
  if (!remote) return [];
  return ['', ...wrap(`asked ${askedText(remote)}`, page.width - 2).map((line) => `  ${line}`)];
}

function findingLines(page: Page, finding: Finding): string[] {
  const { word, tone } = SEVERITIES[finding.severity];
  const [title = '', ...more] = wrap(plain(finding.title), page.width - 16);
  const remedy = finding.remedies[0];
  const help = remedy === undefined ? [] : wrap(`→ ${plain(remedy)}`, page.width - 14).map((line) => `              ${page.dim(line)}`);
  return [
    `  ${page.paint(tone, pad(`${SIGNS[tone]} ${word}`, 12))}${page.bold(title)}`,
    ...more.map((line) => `              ${page.bold(line)}`),
    ...help,
  ];
}

function findings(page: Page, model: ModelResult): string[] {
  const open = bySeverity(model.findings).filter((finding) => finding.severity !== 'pass');
  if (open.length === 0) return [];
  const rest = open.length - FINDINGS_SHOWN;
  return [
    '',
    ...open.slice(0, FINDINGS_SHOWN).flatMap((finding) => findingLines(page, finding)),
    ...(rest > 0 ? [page.dim(`  and ${plural(rest, 'more finding')} in the report`)] : []),
  ];
}

function verdictLine(page: Page, result: AuditResult): string {
  const { verdict, headline: own } = overall(result);
  const { word, tone } = VERDICTS[verdict];
  const headline = plain(own);
  // Headlines usually begin with the verdict's word; it is not said twice.
  const text = result.models.length > 1 || headline.toLowerCase().startsWith(word.toLowerCase()) ? headline : `${word}: ${headline}`;
  return page.paint(tone, page.bold(`${SIGNS[tone]} ${text}`));
}

function block(page: Page, model: ModelResult, checks: readonly CheckResult[], several: boolean): string[] {
  const { data, threat } = model;
  const word = exampleWord(model);
  const scope = `${plural(data.n, word.one, word.many)}${data.n < data.of ? ` of ${count(data.of)}` : ''} · ${norm(threat.norm)} ε = ${plain(threat.epsilonText)}`;
  const name = cut(plain(model.name), Math.max(16, page.width - scope.length - 2));
  return [
    `${page.bold(name)}  ${page.dim(scope)}`,
    ...(several
      ? wrap(plain(model.summary.headline), page.width - 2).map((line) => `  ${page.paint(VERDICTS[model.summary.verdict].tone, line)}`)
      : []),
    '',
    ...figures(page, model),
    ...curve(page, model),
    ...attacks(page, model),
    ...questions(page, model),
    ...asked(page, model),
    ...textExamples(page, model),
    ...rowExamples(page, model),
    ...findings(page, model),
    ...checkTable(page, checks),
    '',
  ];
}

/**
 * The audit as lines for stdout, without a newline at the end.
 * `width` is the terminal's (80 by default); names from models and data are stripped of control characters.
 */
export function renderTerminal(result: AuditResult, options: { color: boolean; width?: number }): string {
  const page = pageOf(pc.createColors(options.color), options.width ?? 80);
  const { gibbon, run, models } = result;
  const checks = checksByModel(result);
  const head = page.dim(`Gibbon ${gibbon.version} · preset ${plain(run.preset)} · seed ${run.seed} · ${dateTime(run.startedAt)}`);
  return [
    head,
    '',
    ...models.flatMap((model, i) => block(page, model, checks[i] ?? [], models.length > 1)),
    ...gateLines(page, result),
    ...lastLines(page, result),
  ].join('\n');
}

/** The verdict, and what came of the gates. */
function lastLines(page: Page, result: AuditResult): string[] {
  const gates = gateLine(page, result);
  return [verdictLine(page, result), ...(gates === undefined ? [] : [gates])];
}

/** The verdicts alone, a line for each model: what `--quiet` leaves. */
export function renderVerdicts(result: AuditResult, options: { color: boolean }): string {
  const page = pageOf(pc.createColors(options.color), Number.MAX_SAFE_INTEGER);
  if (result.models.length < 2) return lastLines(page, result).join('\n');
  const gates = gateLine(page, result);
  const verdicts = result.models.map(({ name, summary: { verdict, headline } }) => {
    const { tone } = VERDICTS[verdict];
    return page.paint(tone, `${SIGNS[tone]} ${plain(name)}: ${plain(headline)}`);
  });
  return [...verdicts, ...(gates === undefined ? [] : [gates])].join('\n');
}
