/** The result as GitHub-flavoured Markdown: for a pull request's comment or a job's summary. */
import type { AuditResult, CheckResult, Finding, ModelResult } from '../../audit/result.ts';
import { CATEGORY_NAMES, checksByModel, checkTitle, keyFigure, REPORTED_CATEGORIES, reasons, statusCounts, worstFirst } from '../checks.ts';
import { count, dateTime, norm, percent, plural } from '../format.ts';
import { GATE_OUTCOMES, gateRule, gatesHeadline, gatesOf, gateTone } from '../gates.ts';
import { metricText } from '../metric-text.ts';
import { attackRows, exampleWord, VERDICTS } from '../names.ts';
import { overall } from '../overall.ts';
import { provedOf } from '../proofs.ts';
import { bySeverity, SEVERITIES } from '../severity.ts';
import { STATUSES } from '../statuses.ts';
import { MARKDOWN_SIGNS, markdownTable, proportionCell, safe } from './markdown-text.ts';

function summary(models: readonly ModelResult[]): string[] {
  const isProved = models.some((model) => provedOf(model) !== undefined);
  return markdownTable(
    ['model', 'verdict', 'clean', 'noise', 'robust', ...(isProved ? ['certified'] : []), 'ε', 'n'],
    models.map(({ name, summary: s, threat, data, certificates }) => [
      safe(name),
      `${MARKDOWN_SIGNS[VERDICTS[s.verdict].tone]} ${VERDICTS[s.verdict].word}`,
      proportionCell(s.cleanAccuracy),
      proportionCell(s.noiseAccuracy),
      proportionCell(s.robustAccuracy),
      ...(isProved ? [proportionCell(provedOf({ certificates })?.certified ?? null)] : []),
      threat.norm === 'edits' ? safe(threat.epsilonText) : `${safe(threat.epsilonText)} ${norm(threat.norm)}`,
      count(data.n),
    ]),
  );
}

function findingLines({ severity, title, text, meaning, remedies }: Finding): string[] {
  const { word, tone } = SEVERITIES[severity];
  const meant = meaning === undefined ? '' : ` ${safe(meaning)}`;
  return [
    `- ${MARKDOWN_SIGNS[tone]} **${word}: ${safe(title)}.** ${safe(text)}${meant}`,
    ...remedies.map((remedy) => `  - ${safe(remedy)}`),
  ];
}

/** A row for each check that ran, by category, worst first; those that could not run in a list below. */
function checkTable(checks: readonly CheckResult[]): string[] {
  if (checks.length === 0) return [];
  const rows = REPORTED_CATEGORIES.flatMap((category) =>
    worstFirst(checks.filter((check) => check.category === category && check.status !== 'not-applicable')).map((check) => {
      const metric = keyFigure(check);
      const { tone, word } = STATUSES[check.status];
      return [
        CATEGORY_NAMES[category].name,
        `${MARKDOWN_SIGNS[tone]} ${word}`,
        `${safe(checkTitle(check))}${check.reason === null ? '' : `: ${safe(check.reason)}`}`,
        metric === undefined ? '' : `${safe(metric.label)} ${safe(metricText(metric))}`,
      ];
    }),
  );
  const left = reasons(checks.filter(({ status }) => status === 'not-applicable')).map(
    ({ reason, checks: members }) => `- ${MARKDOWN_SIGNS.none} ${members.map(({ id }) => safe(id)).join(', ')}: ${safe(reason)}`,
  );
  const counted = statusCounts(checks).map(([status, n]) => `${n} ${STATUSES[status].many}`);
  return [
    '',
    '<details>',
    `<summary>${plural(checks.length, 'check')}: ${counted.join(', ')}</summary>`,
    '',
    ...markdownTable(['category', 'status', 'check', 'figure'], rows, 4),
    ...(left.length > 0 ? ['', ...left] : []),
    '',
    '</details>',
  ];
}

function details(model: ModelResult, checks: readonly CheckResult[], several: boolean): string[] {
  const heading = several ? ['', `### ${safe(model.name)}`, '', safe(model.summary.headline)] : [];
  const rows = attackRows(model).map(({ attack, label }) => [
    safe(label),
    percent(attack.successRate),
    proportionCell(attack.robustAccuracy),
    count(attack.queries),
    count(attack.gradients),
  ]);
  return [
    ...heading,
    '',
    ...bySeverity(model.findings)
      .filter(({ severity }) => severity !== 'pass')
      .flatMap(findingLines),
    ...checkTable(checks),
    ...attackTable(model, rows),
  ];
}

function attackTable(model: ModelResult, rows: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  const word = exampleWord(model);
  return [
    '',
    '<details>',
    `<summary>${plural(rows.length, 'attack')} on ${plural(model.data.n, word.one, word.many)}</summary>`,
    '',
    ...markdownTable(['attack', 'success', 'left', 'queries', 'gradients'], rows),
    '',
    '</details>',
  ];
}

/** Above the details: whoever opens a pull request wants to know why it is red. */
function gateTable(result: AuditResult): string[] {
  const gates = gatesOf(result);
  if (gates.length === 0) return [];
  const { tone, text } = gatesHeadline(gates);
  const several = result.models.length > 1;
  const rows = gates.map((gate) => [
    `${MARKDOWN_SIGNS[gateTone(gate)]} ${GATE_OUTCOMES[gate.outcome]}`,
    ...(several ? [safe(gate.model)] : []),
    safe(gateRule(gate)),
    safe(gate.text),
  ]);
  return [
    '',
    `**${MARKDOWN_SIGNS[tone]} ${text}**`,
    '',
    ...markdownTable(['gate', ...(several ? ['model'] : []), 'rule', 'what was found'], rows, 4),
  ];
}

export function renderMarkdown(result: AuditResult): string {
  const { verdict, headline } = overall(result);
  const { gibbon, run, models } = result;
  const checks = checksByModel(result);
  return [
    `## ${MARKDOWN_SIGNS[VERDICTS[verdict].tone]} ${safe(headline)}`,
    '',
    ...summary(models),
    ...gateTable(result),
    '',
    'Shares are of all examples, with 95 % intervals (Clopper–Pearson). Robust accuracy is an upper bound: a stronger attack may find less.',
    ...models.flatMap((model, i) => details(model, checks[i] ?? [], models.length > 1)),
    '',
    `<sub>Gibbon ${safe(gibbon.version)} · preset ${safe(run.preset)} · seed ${run.seed} · ${dateTime(run.startedAt)} · ${models.map(({ name, sha256 }) => `${safe(name)} SHA-256 ${sha256.slice(0, 12)}`).join(' · ')}</sub>`,
    '',
  ].join('\n');
}
