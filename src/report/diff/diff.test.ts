import { describe, expect, test } from 'vitest';
import { diffResults } from '../../audit/compare/diff.ts';
import type { AuditResult } from '../../audit/result.ts';
import { hostileChecks } from '../testing/hostile-checks.ts';
import { sampleModel, sampleResult } from '../testing/sample-result.ts';
import { renderDiffHtml } from './diff-html.tsx';
import { renderDiffMarkdown } from './diff-markdown.ts';
import { renderDiffTerminal } from './diff-terminal.ts';

const ESCAPE = String.fromCharCode(27);
const HOSTILE = `a|b\`<img src=x onerror=alert(1)>"&${ESCAPE}[31m\u202e\r\n# **c**`;

const before = sampleResult([sampleModel({ broken: 0.2 })]);
const after = sampleResult([sampleModel({ broken: 0.6 })]);
const diff = diffResults(before, after);

describe('on the terminal', () => {
  const text = renderDiffTerminal(diff, { color: false });

  test('every difference has its interval, and a word for what it shows', () => {
    expect(text).toMatch(/Robust accuracy +\d+\.\d % +\d+\.\d % +−\d+\.\d \(−\d+\.\d to −\d+\.\d\) worse/);
    expect(text).toMatch(/Clean accuracy +\d+\.\d % +\d+\.\d % +0\.0 \(−\d\.\d to \d\.\d\) the same/);
    expect(text).toMatch(/exact McNemar test, Tango’s interval, 200 pairs, p < 0\.0001/);
    expect(text).toMatch(/✗ \d+ got worse: digits\//);
  });
  test.each([80, 100])('fits %i columns', (width) => {
    for (const line of renderDiffTerminal(diff, { color: false, width }).split('\n'))
      expect([...line].length, line).toBeLessThanOrEqual(width);
  });
  test('is coloured only when asked', () => {
    expect(text).not.toContain(ESCAPE);
    expect(renderDiffTerminal(diff, { color: true })).toContain(`${ESCAPE}[31m`);
  });
});

test('Markdown begins with what changed, and has a table and the examples that flipped', () => {
  const text = renderDiffMarkdown(diff);
  expect(text.split('\n')[0]).toMatch(/^## ❌ mnist\\-natural: clean accuracy .* the same; robust accuracy .*, worse\./);
  expect(text).toMatch(/\| Robust accuracy \| \d+\.\d % \| \d+\.\d % \| −\d+\.\d points \\\(.*\| ❌ worse \|/);
  expect(text).toMatch(/<summary>The same 200 examples under attack: \d+ got worse, 0 better<\/summary>/);
});

test('HTML is one page without script', () => {
  const html = renderDiffHtml(diff);
  expect(html).toMatch(/^<!doctype html>/);
  expect(html).not.toMatch(/<script|<link|src=|https?:/);
  expect(html).toContain('exact McNemar test');
});

describe('what cannot be compared is not said to be better or worse', () => {
  const weaker = structuredClone(before);
  for (const model of weaker.models) model.threat.epsilonText = '1/255 (0.0039)';
  for (const model of weaker.models) model.threat.epsilon = 1 / 255;
  for (const check of weaker.checks) {
    if (check.id === 'latency') check.params = { batches: [1] };
    if (check.id === 'evasion') Object.assign(check, { status: 'pass', findings: [] });
  }
  const strong = structuredClone(after);
  for (const check of strong.checks) if (check.id === 'latency') check.params = { batches: [1, 8] };
  const found = diffResults(strong, weaker);

  test.each([
    ['terminal', renderDiffTerminal(found, { color: false })],
    ['terminal, wide', renderDiffTerminal(found, { color: false, width: 100 })],
    ['Markdown', renderDiffMarkdown(found)],
    ['HTML', renderDiffHtml(found)],
  ])('%s', (_, text) => {
    const flat = text.replaceAll(/\s+/g, ' ').replaceAll('\\', '');
    expect(flat).toMatch(/robust accuracy [\d.]+.% → [\d.]+.%, not comparable/);
    expect(flat).toContain('the baseline was attacked with epsilon');
    expect(flat).toMatch(/batches \[1,8\], in this run with \[1\]/);
    expect(flat).toMatch(/fails?(ed)? → pass(ed)?, not comparable/);
    expect(flat).toContain('more figures: not comparable.');
    expect(flat).not.toMatch(/\b(better|Fixed|Milder)\b/);
  });
  test.each([80, 100])('fits %i columns', (width) => {
    for (const line of renderDiffTerminal(found, { color: false, width }).split('\n'))
      expect([...line].length, line).toBeLessThanOrEqual(width);
  });
  test('the data says so, too', () => {
    expect(found.models[0]?.figures.find(({ name }) => name === 'robustAccuracy')).toMatchObject({
      shown: 'incomparable',
      difference: null,
      method: expect.stringContaining('epsilon'),
    });
    expect(found.models[0]?.checks.find(({ id }) => id === 'evasion')?.against).toContain('epsilon');
    expect(found.models[0]?.findings.filter(({ check }) => check === 'evasion').map(({ fate }) => fate)).toEqual(['incomparable']);
  });
});

test('names cannot steer terminals or become markup', () => {
  const hostile = (result: AuditResult): AuditResult => {
    const [model] = structuredClone(result.models);
    if (!model) throw new Error('no model');
    for (const sample of model.samples) sample.id = HOSTILE;
    model.name = HOSTILE;
    return { ...result, models: [model], checks: hostileChecks(model, HOSTILE), run: { ...result.run, preset: HOSTILE } };
  };
  const found = diffResults(hostile(before), hostile(after));
  expect(renderDiffTerminal(found, { color: false }).replaceAll('\n', '')).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u);
  expect(renderDiffMarkdown(found)).not.toMatch(/<img|(?<!\\)\*\*c/);
  expect(renderDiffHtml(found)).not.toContain('<img');
});
