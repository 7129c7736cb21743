/**
 * The ONNX project's operator test models: what Gibbon lowers returns what the suite and ONNX Runtime return, and its gradients are derivatives.
 * The small cases are committed; GIBBON_ONNX_NODE_TESTS names a folder with all of them (bench/operators/README.md).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { casesIn, type SuiteCase } from '../../bench/operators/cases.ts';
import { filesAt } from '../../bench/operators/files.ts';
import { type Verdict, verdictOf } from '../../bench/operators/verdict.ts';
import { reasonOf } from '../../src/transform/lower/reasons.ts';
import { loweringOf } from '../../src/transform/lower/table.ts';

const SELECTION = join(import.meta.dirname, '../assets/onnx-operators/cases.zip.gz');
const FOLDER = process.env.GIBBON_ONNX_NODE_TESTS ?? '';

/** Of the committed cases, so many pass: a lowering that begins to refuse them is noticed. */
const LOWERED = 1440;

/** What the lowered graph returns differently, on purpose. */
const KNOWN: Readonly<Record<string, string>> = Object.fromEntries([
  ...['16', '32', '64'].map((bits) => [`simple/test_mod_fmod_0_signed_zero_float${bits}`, 'a remainder of 0 has no sign']),
]);

/** Each case is run once, whoever asks. */
const verdicts = new Map<string, Promise<Verdict>>();

function verdict(test: SuiteCase): Promise<Verdict> {
  const found = verdicts.get(test.name) ?? verdictOf(test);
  verdicts.set(test.name, found);
  return found;
}

/** One test for each operator: its cases take milliseconds. */
function suite(cases: readonly SuiteCase[]): void {
  const operators = [...new Set(cases.map(({ operator }) => operator))].sort();
  it.each(operators)('%s', async (operator) => {
    const wrong: string[] = [];
    for (const test of cases.filter((one) => one.operator === operator)) {
      const { name, outcome, reason, gradient } = await verdict(test);
      if (outcome === 'failed' && !KNOWN[name]) wrong.push(`${name}: ${reason}`);
      if (outcome !== 'failed' && KNOWN[name]) wrong.push(`${name} is known to differ, and does not`);
      if (gradient.outcome === 'differs') wrong.push(`${name}, gradient: ${gradient.reason}`);
    }
    expect(wrong).toEqual([]);
  });
}

describe('operator test models, the committed ones', () => {
  const files = filesAt(SELECTION);
  const cases = casesIn(files);
  suite(cases);

  it('leave no operator of the standard without a lowering or a reason', () => {
    const versions = JSON.parse(new TextDecoder().decode(files.get('versions.json'))) as Record<string, number[]>;
    const named = Object.keys(versions).map((name) => ({
      op: name.slice(name.lastIndexOf('.') + 1),
      domain: name.replace(/\.?[^.]*$/, ''),
    }));
    expect(named.length).toBeGreaterThan(200);
    expect(named.filter((node) => !loweringOf(node) && reasonOf(node) === reasonOf({ op: 'Unheard', domain: '' }))).toEqual([]);
  });

  it('are lowered for the most part', { timeout: 120_000 }, async () => {
    const outcomes: Verdict['outcome'][] = [];
    for (const test of cases) outcomes.push((await verdict(test)).outcome);
    expect(outcomes.filter((outcome) => outcome === 'passed').length).toBeGreaterThanOrEqual(LOWERED);
  });
});

describe('operator test models, all', () => {
  if (existsSync(FOLDER)) suite(casesIn(filesAt(FOLDER)));
  else it.skip('(skipped: GIBBON_ONNX_NODE_TESTS names no folder)', () => undefined);
});
