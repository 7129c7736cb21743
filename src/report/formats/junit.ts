/** The result as JUnit XML: a suite for each model, a test case for each finding; critical and high ones fail. */
import type { AuditResult, Finding, ModelResult } from '../../audit/result.ts';
import { proportionText } from '../format.ts';
import { plain } from '../plain.ts';

/** Text as XML content or attribute value; characters that XML 1.0 cannot hold are gone. */
function xml(text: string): string {
  const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return plain(text).replace(/[&<>"]/g, (mark) => marks[mark] as string);
}

const fails = ({ severity }: Finding): boolean => severity === 'critical' || severity === 'high';

function testCase(finding: Finding): string[] {
  const open = `    <testcase classname="gibbon.${xml(finding.category)}" name="${xml(finding.id)}"`;
  const told = [finding.text, ...finding.remedies.map((remedy) => `→ ${remedy}`)].map(xml).join('\n');
  if (fails(finding))
    return [`${open}>`, `      <failure type="${finding.severity}" message="${xml(finding.title)}">${told}</failure>`, '    </testcase>'];
  return [`${open}>`, `      <system-out>${xml(finding.severity)}: ${xml(finding.title)}\n${told}</system-out>`, '    </testcase>'];
}

function suite({ name, summary, findings, sha256 }: ModelResult, startedAt: string): string[] {
  const failures = findings.filter(fails).length;
  const properties: [string, string][] = [
    ['verdict', summary.verdict],
    ['cleanAccuracy', proportionText(summary.cleanAccuracy)],
    ['robustAccuracy', proportionText(summary.robustAccuracy)],
    ['sha256', sha256],
  ];
  return [
    `  <testsuite name="${xml(name)}" tests="${findings.length}" failures="${failures}" errors="0" skipped="0" timestamp="${xml(startedAt.slice(0, 19))}">`,
    '    <properties>',
    ...properties.map(([key, value]) => `      <property name="${key}" value="${xml(value)}"/>`),
    '    </properties>',
    ...findings.flatMap(testCase),
    '  </testsuite>',
  ];
}

export function renderJunit({ models, run, timings }: AuditResult): string {
  const all = models.flatMap(({ findings }) => findings);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="gibbon" tests="${all.length}" failures="${all.filter(fails).length}" errors="0" time="${(timings.total ?? 0).toFixed(3)}">`,
    ...models.flatMap((model) => suite(model, run.startedAt)),
    '</testsuites>',
    '',
  ].join('\n');
}
