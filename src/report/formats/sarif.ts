/** The result as SARIF 2.1.0 (OASIS), for code-scanning dashboards: a rule for each kind of finding, a result for each finding that is open. */
import type { Log, ReportingDescriptor, Result } from 'sarif';
import type { AuditResult, CheckResult, Finding, GateResult, ModelResult } from '../../audit/result.ts';
import { isAddress } from '../../model/remote/endpoint.ts';
import { gateRule } from '../gates.ts';
import { plain } from '../plain.ts';
import { bySeverity } from '../severity.ts';
import { parseTag } from '../standards.ts';

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

/** Two checks may use one id for their findings, so the check's is part of the rule's. */
const ruleId = ({ check, id }: Finding): string => plain(check === undefined || check === id ? id : `${check}/${id}`);

/** Tags as dashboards filter by: ids of standards in small letters, e.g. `nist/nistaml.022`. */
function tagsOf({ category, tags = [] }: Finding): string[] {
  const standards = tags.flatMap((tag) => (parseTag(tag) === null ? [] : [plain(tag).replace(':', '/').toLowerCase()]));
  return [...new Set(['security', 'machine-learning', category, ...standards])];
}

function helpOf({ remedies, reference }: Finding, check: CheckResult | undefined): ReportingDescriptor['help'] {
  const why = check === undefined ? [] : [plain(check.why)];
  const read = reference === undefined ? [] : [`Read on: ${plain(reference)}`];
  return { text: [...why, ...remedies.map((remedy) => `→ ${plain(remedy)}`), ...read].join('\n') || 'See the report.' };
}

function rules(findings: readonly Finding[], checks: readonly CheckResult[]): ReportingDescriptor[] {
  const known = new Map<string, Finding>();
  for (const finding of bySeverity(findings)) if (!known.has(ruleId(finding))) known.set(ruleId(finding), finding);
  return [...known].map(([id, finding]) => {
    const uri = /https:\/\/[^\s<>"]+[^\s<>".,;)]/.exec(finding.reference ?? '')?.[0];
    return {
      id,
      shortDescription: { text: plain(finding.title) || id },
      help: helpOf(
        finding,
        checks.find((check) => check.id === finding.check),
      ),
      ...(uri !== undefined && URL.canParse(uri) && { helpUri: uri }),
      defaultConfiguration: { level: LEVELS[finding.severity] },
      properties: { tags: tagsOf(finding), 'security-severity': SECURITY[finding.severity] },
    };
  });
}

/** A path as a URI reference: relative ones stay relative, as dashboards want them. */
function uriOf(path: string): string {
  if (isAddress(path)) return path;
  const parts = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${parts}` : parts;
}

function messageOf({ title, text, meaning, remedies }: Finding): string {
  const meant = meaning === undefined ? [] : [plain(meaning)];
  return [`${plain(title)}. ${plain(text)}`, ...meant, ...remedies.map((remedy) => `→ ${plain(remedy)}`)].join('\n');
}

function results(model: ModelResult, index: ReadonlyMap<string, number>): Result[] {
  return bySeverity(model.findings)
    .filter(({ severity }) => severity !== 'pass')
    .map((finding) => ({
      ruleId: ruleId(finding),
      ruleIndex: index.get(ruleId(finding)) ?? -1,
      level: LEVELS[finding.severity],
      message: { text: messageOf(finding) },
      // A model is binary: its first line stands for the file.
      locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(model.path) }, region: { startLine: 1 } } }],
      partialFingerprints: { 'modelAndFinding/v1': `${model.sha256}:${ruleId(finding)}` },
      properties: {
        model: plain(model.name),
        category: finding.category,
        severity: finding.severity,
        verdict: model.summary.verdict,
        robustAccuracy: model.summary.robustAccuracy,
      },
    }));
}

const GATE_RULE: ReportingDescriptor = {
  id: 'gate',
  shortDescription: { text: 'A gate does not hold' },
  help: { text: 'A rule that this project set for its models does not hold, or the sample cannot show that it does.' },
  defaultConfiguration: { level: 'error' },
  properties: { tags: ['security', 'machine-learning', 'gate'], 'security-severity': '8.0' },
};

/** Only gates that do not hold: one that holds is no problem to list. */
function gateResults(gates: readonly GateResult[], models: readonly ModelResult[], ruleIndex: number): Result[] {
  return gates
    .filter(({ counts }) => counts !== 'pass')
    .map((gate) => {
      const model = models.find(({ name }) => name === gate.model) ?? models[0];
      return {
        ruleId: GATE_RULE.id,
        ruleIndex,
        level: gate.counts === 'fail' ? 'error' : 'warning',
        message: { text: `${plain(gateRule(gate))}. ${plain(gate.text)}` },
        locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(model?.path ?? '') }, region: { startLine: 1 } } }],
        // Not of the model's hash: a gate that fails for the next model, too, is the same problem.
        partialFingerprints: { 'gate/v1': `${plain(gate.model)}:${plain(gate.name)}:${gate.kind}` },
        properties: { model: plain(gate.model), outcome: gate.outcome, level: gate.level },
      };
    });
}

/** Checks that died are faults of the tool, and told where dashboards look for them. */
function notifications(checks: readonly CheckResult[]): { level: 'error'; message: { text: string } }[] {
  return checks
    .filter(({ status }) => status === 'error')
    .map(({ id, reason }) => ({ level: 'error', message: { text: `${plain(id)}: ${plain(reason ?? 'failed')}` } }));
}

export function renderSarif({ gibbon, models, checks, gates = [], run }: AuditResult): string {
  const own = rules(
    models.flatMap(({ findings }) => findings),
    checks,
  );
  const known = gates.some(({ counts }) => counts !== 'pass') ? [...own, GATE_RULE] : own;
  const index = new Map(known.map(({ id }, i) => [id, i]));
  const log: Log = {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: [
      {
        tool: { driver: { name: 'Gibbon', semanticVersion: gibbon.version, rules: known } },
        artifacts: models.map(({ path, sha256, bytes, remote }) => ({
          location: { uri: uriOf(path) },
          ...(!remote && { hashes: { 'sha-256': sha256 }, length: bytes }),
        })),
        invocations: [
          {
            executionSuccessful: true,
            commandLine: plain(run.command),
            startTimeUtc: run.startedAt,
            toolExecutionNotifications: notifications(checks),
          },
        ],
        results: [...models.flatMap((model) => results(model, index)), ...gateResults(gates, models, own.length)],
      },
    ],
  };
  return `${JSON.stringify(log, null, 1)}\n`;
}
