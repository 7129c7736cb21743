/** A filled model card in the form of the Hugging Face Hub: a YAML header with the figures, then what was measured, how, and what was not. */
import { allMetrics } from '../../audit/check-result.ts';
import type { AuditResult, CheckResult, ModelResult } from '../../audit/result.ts';
import { CATEGORY_NAMES, checksByModel, checkTitle, openFindings, REPORTED_CATEGORIES, reasons, worstFirst } from '../checks.ts';
import { count, dateTime, norm } from '../format.ts';
import { inUnit, metricInterval, metricValue } from '../metric-text.ts';
import { fileName } from '../names.ts';
import { provedOf } from '../proofs.ts';
import { SEVERITIES } from '../severity.ts';
import { STATUSES } from '../statuses.ts';
import { subjectFacts } from '../subject-facts.ts';
import { MARKDOWN_SIGNS, markdownTable, safe } from './markdown-text.ts';

/** What the Hub calls the task. */
const TASKS: Record<ModelResult['data']['modality'], string | null> = {
  image: 'image-classification',
  waveform: 'audio-classification',
  text: 'text-classification',
  table: 'tabular-classification',
  tensor: null,
};

/** A JSON string is a YAML one, whatever is in it. */
const yaml = (text: string): string => JSON.stringify(text);

function yamlResults(model: ModelResult, checks: readonly CheckResult[]): string[] {
  const task = TASKS[model.data.modality];
  const metrics = checks.flatMap((check) =>
    Object.entries(check.metrics).flatMap(([name, metric]) => (metric.value === null ? [] : [{ key: `${check.id}.${name}`, metric }])),
  );
  if (task === null || metrics.length === 0) return [];
  return [
    `- name: ${yaml(model.name)}`,
    '  results:',
    '  - task:',
    `      type: ${task}`,
    '    dataset:',
    `      name: ${yaml(fileName(model.data.path))}`,
    `      type: ${yaml(fileName(model.data.path))}`,
    '    metrics:',
    ...metrics.flatMap(({ key, metric }) => [
      `    - type: ${yaml(key)}`,
      `      name: ${yaml(metric.label)}`,
      `      value: ${metric.value}`,
      '      verified: false',
    ]),
  ];
}

function header({ models, gibbon }: AuditResult, checks: readonly (readonly CheckResult[])[]): string[] {
  const [first] = models;
  const task = first === undefined ? null : TASKS[first.data.modality];
  const index = models.flatMap((model, i) => yamlResults(model, checks[i] ?? []));
  return [
    '---',
    'library_name: onnx',
    ...(task === null ? [] : [`pipeline_tag: ${task}`]),
    'tags:',
    '- onnx',
    '- robustness',
    '- security',
    `- ${yaml(`gibbon-${gibbon.version}`)}`,
    ...(index.length > 0 ? ['model-index:', ...index] : []),
    '---',
  ];
}

function about(model: ModelResult): string[] {
  const { data, threat } = model;
  const shape = (value: ModelResult['input']): string =>
    `${safe(value.name)}: ${value.type} \\[${value.shape.map((part) => safe(String(part))).join(', ')}\\]`;
  return [
    '### What it is',
    '',
    model.remote
      ? `- Endpoint: ${safe(model.remote.url)}; ${safe(subjectFacts(model))}`
      : `- File: ${safe(fileName(model.path))}, ${subjectFacts(model)}, SHA-256 ${model.sha256}`,
    `- Input: ${shape(model.input)}; ${safe(model.preprocessing.description)}`,
    `- Output: ${shape(model.output)}; ${count(data.classes)} classes`,
    `- Evaluated on: ${count(data.n)} of ${count(data.of)} examples of ${safe(fileName(data.path))}, SHA-256 ${data.sha256}`,
    `- Attacker: ${safe(threat.description)}${threat.norm === 'edits' ? '' : ` (${norm(threat.norm)} ε = ${safe(threat.epsilonText)})`}`,
  ];
}

function figures(checks: readonly CheckResult[]): string[] {
  const rows = REPORTED_CATEGORIES.flatMap((category) =>
    worstFirst(checks.filter((check) => check.category === category)).flatMap((check) =>
      Object.values(allMetrics(check)).map((metric) => [
        CATEGORY_NAMES[category].name,
        safe(check.id),
        safe(metric.label),
        safe(metricValue(metric)),
        safe(metricInterval(metric) ?? '–'),
        metric.baseline === null ? '–' : safe(inUnit(metric.baseline, metric.unit, metric.n)),
        metric.n === null ? '–' : count(metric.n),
        safe(metric.method),
      ]),
    ),
  );
  if (rows.length === 0) return [];
  return [
    '',
    '### Measured',
    '',
    ...markdownTable(['category', 'check', 'figure', 'value', '95 % interval', 'baseline', 'n', 'method'], rows, 3),
  ];
}

/** What is known to go wrong, and what is not known. */
function limits(model: ModelResult, checks: readonly CheckResult[]): string[] {
  const known = openFindings(checks).map(
    ({ finding }) => `- ${MARKDOWN_SIGNS[SEVERITIES[finding.severity].tone]} **${safe(finding.title)}.** ${safe(finding.text)}`,
  );
  const open = checks.filter(({ status }) => status === 'undecided' || status === 'error');
  return [
    '',
    '### Limitations',
    '',
    ...known,
    ...open.map(
      (check) => `- ${MARKDOWN_SIGNS.mute} ${STATUSES[check.status].word}: ${safe(checkTitle(check))}. ${safe(check.reason ?? '')}`,
    ),
    ...reasons(checks.filter(({ status }) => status === 'not-applicable')).map(
      ({ reason, checks: members }) =>
        `- ${MARKDOWN_SIGNS.none} Not examined: ${members.map(({ id }) => safe(id)).join(', ')}. ${safe(reason)}`,
    ),
    `- The figures hold for ${count(model.data.n)} examples of this data, and for attackers within the stated limits. Attacks give upper bounds on robustness; ${provedOf(model) ? 'of these figures only certified accuracy and certified radii are proved' : 'none of these figures is a certificate'}.`,
  ];
}

function recommendations(checks: readonly CheckResult[]): string[] {
  const remedies = [...new Set(openFindings(checks).flatMap(({ finding }) => finding.remedies.slice(0, 1)))];
  return remedies.length === 0 ? [] : ['', '### Recommendations', '', ...remedies.map((remedy, i) => `${i + 1}. ${safe(remedy)}`)];
}

function section(model: ModelResult, checks: readonly CheckResult[]): string[] {
  return [
    '',
    `## ${safe(model.name)}`,
    '',
    safe(model.summary.headline),
    '',
    ...about(model),
    ...figures(checks),
    ...limits(model, checks),
    ...recommendations(checks),
  ];
}

export function renderModelCard(result: AuditResult): string {
  const checks = checksByModel(result);
  const { gibbon, run, models } = result;
  return [
    ...header(result, checks),
    '',
    `# Model card: ${models.map(({ name }) => safe(name)).join(', ')}`,
    ...models.flatMap((model, i) => section(model, checks[i] ?? [])),
    '',
    '## How it was measured',
    '',
    `Gibbon ${safe(gibbon.version)}, preset ${safe(run.preset)}, seed ${run.seed}, ${safe(run.runtime.name)} ${safe(run.runtime.version)} (${safe(run.runtime.precision)}), ${dateTime(run.startedAt)}.`,
    '',
    `    ${run.command.replace(/\p{Cc}/gu, ' ')}`,
    '',
  ].join('\n');
}
