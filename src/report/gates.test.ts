/** The gates of a result in every form that it is written in. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { evaluateGates } from '../audit/gates/evaluate.ts';
import type { AuditResult } from '../audit/result.ts';
import { formatOf } from './formats/formats.ts';
import { renderHtml } from './html.tsx';
import { renderTerminal, renderVerdicts } from './terminal.ts';
import { hostileChecks } from './testing/hostile-checks.ts';
import { sampleModel, sampleResult } from './testing/sample-result.ts';

const ESCAPE = String.fromCharCode(27);
const HOSTILE = `a|b\`<img src=x onerror=alert(1)>"&${ESCAPE}[31m\u202e\r\n# **c**`;

/** 4.5 % robust: one gate fails, one warns, one cannot tell, three hold. */
function gated(result: AuditResult = sampleResult()): AuditResult {
  const gates = evaluateGates(result, {
    rules: {
      'evasion.robustAccuracy': ['error', { min: 0.4, max: 0.9 }],
      'evasion.cleanAccuracy': [
        ['error', { min: 0.95 }],
        ['error', { min: 0.5 }],
      ],
      'category.integrity': ['warn', { maxSeverity: 'high' }],
      'noise-baseline': ['error', { maxSeverity: 'pass' }],
    },
  });
  return { ...result, gates: gates ?? [] };
}

const written = async (name: string, result = gated()): Promise<string> => (await formatOf(name).load())(result);

/** With a hostile string as the name of the model, and in every text of every check. */
function hostile(): AuditResult {
  const model = sampleModel({ name: HOSTILE });
  const result = gated({ ...sampleResult([model]), checks: hostileChecks(model, HOSTILE) });
  return { ...result, gates: (result.gates ?? []).map((gate) => ({ ...gate, name: HOSTILE, text: HOSTILE })) };
}

it('six of them: two fail, one warns, three hold', () => {
  expect(gated().gates?.map(({ outcome, counts }) => `${outcome} ${counts}`)).toEqual([
    'fail fail',
    'pass pass',
    'cannot-tell fail',
    'pass pass',
    'fail warn',
    'pass pass',
  ]);
});

describe('on the terminal', () => {
  const lines = renderTerminal(gated(), { color: false, width: 80 }).split('\n');
  const at = lines.indexOf('Gates');

  it('those that do not hold come first, with their reasons; the others share a line', () => {
    expect(lines[at + 1]).toBe('  ✗ evasion.robustAccuracy ≥ 40 %');
    expect(lines[at + 2]).toMatch(/^ {4}Robust accuracy 4\.5 % \(95 % interval \d\.\d % to \d\.\d %, n = 200\); at least$/);
    expect(lines.slice(at).join('\n')).toMatch(
      / {2}\? evasion\.cleanAccuracy ≥ 95 %\n[\s\S]*If the\s+value\s+stays, about n = \d+ would show it/,
    );
    expect(lines.find((line) => line.startsWith('  ✓ evasion.robust'))).toBe(
      '  ✓ evasion.robustAccuracy ≤ 90 %, evasion.cleanAccuracy ≥ 50 %,',
    );
  });
  it('the last lines are the verdict and the gates, quiet or not', () => {
    expect(lines.at(-1)).toBe('✗ 2 of 6 gates failed, 1 warns');
    expect(lines.at(-2)).toMatch(/^✗ Broken: /);
    expect(renderVerdicts(gated(), { color: false }).split('\n')).toEqual(lines.slice(-2));
  });
  it('they fit 80 columns', () => {
    for (const line of lines.slice(at)) if (!line.startsWith('✗ Broken')) expect([...line].length, line).toBeLessThanOrEqual(80);
  });
});

it('Markdown has a row for each, above the findings', async () => {
  const text = await written('r.md');
  expect(text).toContain('**❌ 2 of 6 gates failed, 1 warns**');
  expect(text).toMatch(/\| ❌ Not kept \| evasion\.robustAccuracy ≥ 40 % \| Robust accuracy 4\.5 %/);
  expect(text).toMatch(/\| ❌ Not shown \| evasion\.cleanAccuracy ≥ 95 % \|/);
  expect(text.indexOf('gates failed')).toBeLessThan(text.indexOf('**Critical'));
  expect(await written('r.md', hostile())).not.toMatch(/<img|(?<!\\)\*\*c/);
});

it('JUnit has a case for each, and fails as they count', async () => {
  const xml = await written('r.junit.xml');
  expect(xml).toContain('<testsuite name="Gates" tests="6" failures="2" errors="0" skipped="0"');
  const [total = '', failures = ''] = /<testsuites name="gibbon" tests="(\d+)" failures="(\d+)"/.exec(xml)?.slice(1) ?? [];
  expect([total, failures]).toEqual([String(xml.match(/<testcase /g)?.length), String(xml.match(/<failure /g)?.length)]);
  expect(await written('r.junit.xml', hostile())).not.toContain('<img');
});

describe('SARIF', () => {
  const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../test/assets/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'));
  // Draft 4 names its own address otherwise; nothing else of it that SARIF uses has changed.
  const { id: $id, $schema: _, ...rest } = schema;
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false }).compile({ $id, ...rest });

  it('has a result for each that does not hold, under one rule', async () => {
    const [run] = JSON.parse(await written('r.sarif')).runs;
    const found = run.results.filter(({ ruleId }: { ruleId: string }) => ruleId === 'gate');
    expect(found.map(({ level }: { level: string }) => level)).toEqual(['error', 'error', 'warning']);
    for (const { ruleIndex } of found) expect(run.tool.driver.rules[ruleIndex].id).toBe('gate');
  });

  it.each([
    ['with gates', gated()],
    ['of two models', sampleResult([sampleModel(), sampleModel({ name: 'b', broken: 0 })])],
    ['of hostile names', hostile()],
  ])('is valid by the schema of SARIF 2.1.0: %s', async (_, result) => {
    const log = JSON.parse(await written('r.sarif', result));
    expect(validate(log), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    expect(validate({ ...log, runs: [{ ...log.runs[0], tool: {} }] })).toBe(false);
  });
});

it('the page has a row for each, a link to them, and no markup of theirs', () => {
  const html = renderHtml(gated());
  expect(html).toContain('id="gates"');
  expect(html).toContain('href="#gates"');
  expect(html).toMatch(/2 of 6 gates failed, 1 warns/);
  expect(renderHtml(hostile())).not.toContain('<img src=x');
  expect(renderHtml(sampleResult())).not.toContain('id="gates"');
});
