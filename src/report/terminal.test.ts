import { describe, expect, test } from 'vitest';
import { CATEGORIES, type Category } from '../audit/finding.ts';
import type { CheckResult } from '../audit/result.ts';
import { bar, sparkline } from './bars.ts';
import { cut, plain, wrap } from './plain.ts';
import { renderTerminal, renderVerdicts } from './terminal.ts';
import { hostileChecks } from './testing/hostile-checks.ts';
import { sampleModel, sampleResult } from './testing/sample-result.ts';

const ESCAPE = String.fromCharCode(27);

describe('the summary', () => {
  const result = sampleResult([
    sampleModel(),
    sampleModel({ name: 'robust', broken: 0.1, verdict: 'robust', headline: 'Robust against what was tried.' }),
  ]);
  const text = renderTerminal(result, { color: false });
  const lines = text.split('\n');

  test('ends with the verdict over both models, in the tone of the worse', () =>
    expect(lines.at(-1)).toMatch(/^✗ mnist-natural breaks \(4\.5 % survive\), robust holds \(\d+\.\d % survive\)\.$/));
  test('ends with the headline of a single model', () =>
    expect(
      renderTerminal(sampleResult([sampleModel()]), { color: false })
        .split('\n')
        .at(-1),
    ).toBe('✗ Broken: a change of at most 0.1 per pixel fools the model on nearly every image.'));
  test('has a block for each model', () => expect(lines.filter((line) => /200 images of 10,000/.test(line))).toHaveLength(2));
  test('gives figures with intervals', () => expect(text).toMatch(/robust +\d+\.\d % +\S* +\d+\.\d–\d+\.\d %/));
  test('lists attacks and findings, the worst first', () => {
    expect(text).toMatch(/pgd .*8,200 +8,000/);
    expect(text.indexOf('✗ Critical')).toBeLessThan(text.indexOf('i Note'));
    expect(text).not.toContain('No sign of masked gradients');
  });
  test.each([48, 80, 120])('fits %i columns, but for the verdict', (width) => {
    for (const line of renderTerminal(result, { color: false, width }).split('\n').slice(1, -1))
      expect([...line].length, line).toBeLessThanOrEqual(width);
  });
  test('is coloured only when asked', () => {
    expect(text).not.toContain(ESCAPE);
    expect(renderTerminal(result, { color: true })).toContain(`${ESCAPE}[31m`);
  });
});

test('names cannot steer the terminal', () => {
  const hostile = `${ESCAPE}[2J${ESCAPE}]0;owned\u0007\u202Eevil\r\n`;
  const model = sampleModel({ name: hostile, headline: hostile });
  for (const attack of model.attacks) Object.assign(attack, { id: hostile });
  for (const finding of model.findings) Object.assign(finding, { title: hostile, remedies: [hostile] });
  const result = { ...sampleResult([model]), checks: hostileChecks(model, hostile) };
  expect(renderVerdicts(result, { color: false })).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u);
  expect(renderTerminal(result, { color: false }).replaceAll('\n', '')).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u);
});

test('nothing measured is nothing printed', () => {
  const model = sampleModel({ modality: 'tensor', n: 20 });
  model.summary.noiseAccuracy = null;
  model.curve = [];
  model.attacks = [];
  model.findings = [];
  expect(renderTerminal({ ...sampleResult([model]), checks: [] }, { color: false })).not.toMatch(/noise|8-bit|curve|attack |NaN/);
});

test('bars are exact to an eighth and never hide a little', () => {
  expect([0, 0.001, 0.5, 1].map((share) => bar(share, 4))).toEqual(['', '▏', '██', '████']);
  expect(sparkline([0, 0.5, 1])).toBe('▁▅█');
});

test('text is cut and wrapped by characters', () => {
  expect(plain('a\tb\u0000  c ')).toBe('a b c');
  expect(cut('gibbon', 4)).toBe('gib…');
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
});

describe('checks', () => {
  const text = renderTerminal(sampleResult(), { color: false });

  const lines = text.split('\n');

  test('each category in a word', () =>
    expect(text).toContain('  integrity ✗ 1 of 2, availability ✗ 1 of 2, confidentiality ? 1, fairness –,\n  evidence ✓ 1\n'));
  test('what asks for attention, worst first, with status and deciding figure', () => {
    expect(text).toMatch(/\n {2}✗ Failed {4}Small perturbations change its .* 4\.5 % +2\.3–8\.4 %/);
    expect(text).toMatch(/\? Undecided Membership +0\.646 +0\.59–0\.7\n {14}With 200 members/);
    const at = (sign: string): number => lines.findIndex((line) => line.startsWith(`  ${sign}`));
    expect([at('✗ Failed'), at('✗ Error'), at('▲ Warning'), at('? Undecided'), at('✓ 2 passed'), at('– group')]).toEqual(
      [at('✗ Failed'), at('✗ Error'), at('▲ Warning'), at('? Undecided'), at('✓ 2 passed'), at('– group')].sort((a, b) => a - b),
    );
    expect(at('✗ Failed')).toBeGreaterThan(0);
  });
  test('what passed shares a line', () => {
    expect(lines).toContain('  ✓ 2 passed: noise-baseline, gradient-masking');
    expect(text).not.toContain('Random noise of the same size does no');
  });
  test('that could not run are summed up with what they need', () =>
    expect(text).toMatch(/\n {2}– group-performance: The data names no groups\. Give --groups/));
  test('stay short where there are sixteen of them, of five categories', () => {
    const result = sampleResult();
    const [evasion, noise, latency, , , groups] = result.checks;
    const many = Array.from({ length: 16 }, (_, i) => {
      const of = i === 3 ? evasion : i % 5 === 4 ? latency : i > 13 ? groups : noise;
      return { ...(of as CheckResult), id: `check-number-${i}`, category: CATEGORIES[i % 5] as Category };
    });
    const shown = renderTerminal({ ...result, checks: many }, { color: false, width: 80 }).split('\n');
    const from = shown.findIndex((line) => line.startsWith('  integrity '));
    // A line for each of the four that ask for attention, three for those that passed, what the others need once.
    expect(shown.slice(from, -2).length).toBeLessThanOrEqual(14);
    for (const line of shown.slice(1, -1)) expect([...line].length, line).toBeLessThanOrEqual(80);
  });
  test('leave the verdict to the last line', () => expect(text.split('\n').at(-1)).toMatch(/^✗ Broken: /));
});

test('verdicts alone are a line for each model', () => {
  expect(renderVerdicts(sampleResult(), { color: false })).toBe(
    '✗ Broken: a change of at most 0.1 per pixel fools the model on nearly every image.',
  );
  const two = sampleResult([sampleModel(), sampleModel({ name: 'robust', verdict: 'robust', headline: 'Holds.' })]);
  expect(renderVerdicts(two, { color: false }).split('\n')).toEqual([expect.stringMatching(/^✗ mnist-natural: /), '✓ robust: Holds.']);
});
