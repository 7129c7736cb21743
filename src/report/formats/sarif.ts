/** The result as SARIF 2.1.0 (OASIS), for code-scanning dashboards: a rule for each kind of finding, a result for each finding that is open. */
import type { Log, ReportingDescriptor, Result } from 'sarif';
import type { AuditResult, Finding, ModelResult } from '../../audit/result.ts';
import { plain } from '../plain.ts';
import { bySeverity } from '../severity.ts';

const LEVELS: Record<Finding['severity'], Result.level> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
  pass: 'none',
};

/** The scale that dashboards sort by (0 to 10). */
const SECURITY: Record<Finding['severity'], string> = { critical: '9.5', high: '8.0', medium: '5.5', low: '3.0', info: '0.0', pass: '0.0' };

function rules(findings: readonly Finding[]): ReportingDescriptor[] {
  const known = new Map<string, Finding>();
  for (const finding of bySeverity(findings)) if (!known.has(finding.id)) known.set(finding.id, finding);
  return [...known.values()].map(({ id, title, category, severity, remedies }) => ({
    id,
    shortDescription: { text: plain(title) },
    help: { text: remedies.length > 0 ? remedies.map(plain).join('\n') : 'See the report.' },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['security', 'machine-learning', category], 'security-severity': SECURITY[severity] },
  }));
}

/** A path as a URI reference: relative ones stay relative, as dashboards want them. */
function uriOf(path: string): string {
  const parts = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${parts}` : parts;
}

function results(model: ModelResult): Result[] {
  return bySeverity(model.findings)
    .filter(({ severity }) => severity !== 'pass')
    .map(({ id, title, text, severity, remedies }) => ({
      ruleId: id,
      level: LEVELS[severity],
      message: { text: [`${plain(title)}. ${plain(text)}`, ...remedies.map((remedy) => `→ ${plain(remedy)}`)].join('\n') },
      // A model is binary: its first line stands for the file.
      locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(model.path) }, region: { startLine: 1 } } }],
      partialFingerprints: { 'modelAndFinding/v1': `${model.sha256}:${id}` },
      properties: { model: plain(model.name), verdict: model.summary.verdict, robustAccuracy: model.summary.robustAccuracy },
    }));
}

export function renderSarif({ gibbon, models, run }: AuditResult): string {
  const log: Log = {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: [
      {
        tool: {
          driver: { name: 'Gibbon', semanticVersion: gibbon.version, rules: rules(models.flatMap(({ findings }) => findings)) },
        },
        artifacts: models.map(({ path, sha256, bytes }) => ({
          location: { uri: uriOf(path) },
          hashes: { 'sha-256': sha256 },
          length: bytes,
        })),
        invocations: [{ executionSuccessful: true, commandLine: plain(run.command), startTimeUtc: run.startedAt }],
        results: models.flatMap(results),
      },
    ],
  };
  return `${JSON.stringify(log, null, 1)}\n`;
}
