/** The result as GitHub-flavoured Markdown: for a pull request's comment or a job's summary. */
import type { AuditResult, Finding, ModelResult, Proportion } from '../../audit/result.ts';
import { count, dateTime, interval, norm, percent, plural } from '../format.ts';
import { attackLabel, exampleWord, type Tone, VERDICTS } from '../names.ts';
import { overall } from '../overall.ts';
import { plain } from '../plain.ts';
import { bySeverity, SEVERITIES } from '../severity.ts';

const SIGNS: Record<Tone, string> = { good: '✅', warn: '⚠️', bad: '❌', mute: '❔', info: 'ℹ️', none: '➖' };

/** Text from files or users, without anything that Markdown or HTML would take for its own. */
function safe(text: string): string {
  return plain(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_{}[\]()#+!|~>@-]/g, (character) => `\\${character}`);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const figure = (p: Proportion | null): string => (p === null ? '–' : `**${percent(p)}** (${interval(p)})`);

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(heads), row(heads.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)];
}

function summary(models: readonly ModelResult[]): string[] {
  return table(
    ['model', 'verdict', 'clean', 'noise', 'robust', 'ε', 'n'],
    models.map(({ name, summary: s, threat, data }) => [
      safe(name),
      `${SIGNS[VERDICTS[s.verdict].tone]} ${VERDICTS[s.verdict].word}`,
      figure(s.cleanAccuracy),
      figure(s.noiseAccuracy),
      figure(s.robustAccuracy),
      threat.norm === 'edits' ? safe(threat.epsilonText) : `${safe(threat.epsilonText)} ${norm(threat.norm)}`,
      count(data.n),
    ]),
  );
}

function findingLines({ severity, title, text, remedies }: Finding): string[] {
  const { word, tone } = SEVERITIES[severity];
  return [`- ${SIGNS[tone]} **${word}: ${safe(title)}.** ${safe(text)}`, ...remedies.map((remedy) => `  - ${safe(remedy)}`)];
}

function details(model: ModelResult, several: boolean): string[] {
  const word = exampleWord(model);
  const heading = several ? ['', `### ${safe(model.name)}`, '', safe(model.summary.headline)] : [];
  const rows = model.attacks.map((attack) => [
    safe(attackLabel(model.attacks, attack)),
    percent(attack.successRate),
    figure(attack.robustAccuracy),
    count(attack.queries),
    count(attack.gradients),
  ]);
  return [
    ...heading,
    '',
    ...bySeverity(model.findings).flatMap(findingLines),
    '',
    '<details>',
    `<summary>${plural(model.attacks.length, 'attack')} on ${plural(model.data.n, word.one, word.many)}</summary>`,
    '',
    ...table(['attack', 'success', 'left', 'queries', 'gradients'], rows),
    '',
    '</details>',
  ];
}

export function renderMarkdown(result: AuditResult): string {
  const { verdict, headline } = overall(result);
  const { gibbon, run, models } = result;
  return [
    `## ${SIGNS[VERDICTS[verdict].tone]} ${safe(headline)}`,
    '',
    ...summary(models),
    '',
    'Shares are of all examples, with 95 % intervals (Clopper–Pearson). Robust accuracy is an upper bound: a stronger attack may find less.',
    ...models.flatMap((model) => details(model, models.length > 1)),
    '',
    `<sub>Gibbon ${safe(gibbon.version)} · preset ${safe(run.preset)} · seed ${run.seed} · ${dateTime(run.startedAt)} · ${models.map(({ name, sha256 }) => `${safe(name)} SHA-256 ${sha256.slice(0, 12)}`).join(' · ')}</sub>`,
    '',
  ].join('\n');
}
