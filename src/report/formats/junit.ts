/** The result as JUnit XML: a suite for each category of each model, a test case for each check. */
import { allMetrics } from '../../audit/check-result.ts';
import type { AuditResult, CheckResult, Finding, GateResult, ModelResult } from '../../audit/result.ts';
import { CATEGORY_NAMES, checksByModel, checkTitle, REPORTED_CATEGORIES } from '../checks.ts';
import { proportionText } from '../format.ts';
import { gateRule } from '../gates.ts';
import { metricText } from '../metric-text.ts';
import { plain } from '../plain.ts';
import { bySeverity, SEVERITIES } from '../severity.ts';
import { STATUSES } from '../statuses.ts';

/** Text as XML content or attribute value; characters that XML 1.0 cannot hold are gone. */
function xml(text: string): string {
  const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return plain(text).replace(/[&<>"\ufffe\uffff]/g, (mark) => marks[mark] ?? '');
}

const lines = (texts: readonly string[]): string => texts.map(xml).join('\n');

function findingLines({ severity, title, text, remedies }: Finding): string[] {
  return [`${SEVERITIES[severity].word}: ${title}. ${text}`, ...remedies.map((remedy) => `→ ${remedy}`)];
}

/** What a check measured and found, as lines. */
function told(check: CheckResult): string {
  const figures = Object.values(allMetrics(check)).map((metric) => `${metric.label}: ${metricText(metric)}`);
  return lines([...(check.reason === null ? [] : [check.reason]), ...bySeverity(check.findings).flatMap(findingLines), ...figures]);
}

/** A warning or an undecided check passes, and says so in its output: only what failed turns a job red. */
function testCase(check: CheckResult): string[] {
  const open = `    <testcase classname="gibbon.${xml(check.category)}" name="${xml(check.id)}">`;
  const message = xml(check.reason ?? checkTitle(check));
  const body = {
    fail: `      <failure type="fail" message="${message}">${told(check)}</failure>`,
    error: `      <error type="error" message="${message}">${told(check)}</error>`,
    'not-applicable': `      <skipped message="${message}"/>`,
    warn: '',
    undecided: '',
    pass: '',
  }[check.status];
  const output = `      <system-out>${xml(STATUSES[check.status].word)}: ${xml(checkTitle(check))}\n${told(check)}</system-out>`;
  return [open, body === '' ? output : body, '    </testcase>'];
}

const counted = (checks: readonly CheckResult[], status: CheckResult['status']): number =>
  checks.filter((check) => check.status === status).length;

const counts = (checks: readonly CheckResult[]): string =>
  `tests="${checks.length}" failures="${counted(checks, 'fail')}" errors="${counted(checks, 'error')}" skipped="${counted(checks, 'not-applicable')}"`;

function suites({ name, summary, sha256 }: ModelResult, checks: readonly CheckResult[], startedAt: string): string[] {
  const properties: [string, string][] = [
    ['verdict', summary.verdict],
    ['cleanAccuracy', proportionText(summary.cleanAccuracy)],
    ['robustAccuracy', proportionText(summary.robustAccuracy)],
    ['sha256', sha256],
  ];
  return REPORTED_CATEGORIES.flatMap((category) => {
    const own = checks.filter((check) => check.category === category);
    if (own.length === 0) return [];
    return [
      `  <testsuite name="${xml(`${name}: ${CATEGORY_NAMES[category].name}`)}" ${counts(own)} timestamp="${xml(startedAt.slice(0, 19))}">`,
      '    <properties>',
      ...properties.map(([key, value]) => `      <property name="${key}" value="${xml(value)}"/>`),
      '    </properties>',
      ...own.flatMap(testCase),
      '  </testsuite>',
    ];
  });
}

/** A gate fails as it counts; one that only warns passes and says so. */
function gateCase(gate: GateResult): string[] {
  const output =
    gate.counts === 'fail'
      ? `      <failure type="${gate.outcome}" message="${xml(gate.text)}">${xml(gate.text)}</failure>`
      : `      <system-out>${gate.counts === 'warn' ? 'Warning: ' : ''}${xml(gate.text)}</system-out>`;
  return [
    `    <testcase classname="gibbon.gate" name="${xml(`${gateRule(gate)} (${gate.model}, ${gate.level})`)}">`,
    output,
    '    </testcase>',
  ];
}

/** The gates as a suite of their own. */
function gateSuite({ gates = [], run }: AuditResult): string[] {
  if (gates.length === 0) return [];
  const failed = gates.filter(({ counts: counted }) => counted === 'fail').length;
  return [
    `  <testsuite name="Gates" tests="${gates.length}" failures="${failed}" errors="0" skipped="0" timestamp="${xml(run.startedAt.slice(0, 19))}">`,
    ...gates.flatMap(gateCase),
    '  </testsuite>',
  ];
}

export function renderJunit(result: AuditResult): string {
  const byModel = checksByModel(result);
  const all = result.checks;
  const { gates = [] } = result;
  const failures = counted(all, 'fail') + gates.filter((gate) => gate.counts === 'fail').length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="gibbon" tests="${all.length + gates.length}" failures="${failures}" errors="${counted(all, 'error')}" time="${(result.timings.total ?? 0).toFixed(3)}">`,
    ...result.models.flatMap((model, i) => suites(model, byModel[i] ?? [], result.run.startedAt)),
    ...gateSuite(result),
    '</testsuites>',
    '',
  ].join('\n');
}
