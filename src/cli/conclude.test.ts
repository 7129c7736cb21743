import { expect, it } from 'vitest';
import { evaluateGates } from '../audit/gates/evaluate.ts';
import { sampleResult } from '../report/testing/sample-result.ts';
import { exitCodeOf } from './conclude.ts';

const result = sampleResult();
const gated = (level: 'error' | 'warn') => ({
  ...result,
  gates: evaluateGates(result, { rules: { 'evasion.robustAccuracy': [level, { min: 0.4 }] } }) ?? [],
});

it('is 0 without gates, whatever the verdict, and where a gate only warns', () => {
  expect(exitCodeOf(result)).toBe(0);
  expect(exitCodeOf(gated('warn'))).toBe(0);
});

it('is 1 where a gate failed, also where nothing could run: what was not measured does not pass', () => {
  expect(exitCodeOf(gated('error'))).toBe(1);
  expect(exitCodeOf({ ...gated('error'), checks: result.checks.filter(({ status }) => status === 'not-applicable') })).toBe(1);
});

it('is 3 where no check could run, and says what they need', () => {
  const checks = result.checks.filter(({ status }) => status === 'not-applicable');
  expect(checks.length).toBeGreaterThan(0);
  expect(() => exitCodeOf({ checks })).toThrow(expect.objectContaining({ exitCode: 3, hint: expect.stringContaining('--groups') }));
});
