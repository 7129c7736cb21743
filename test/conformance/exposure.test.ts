/** What scikit-learn's exports give away, through the whole program: weights that a few answers determine, training rows in the file, answers of two decimals. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/audit/check-result.ts';
import { gibbon, resultIn, scratch } from '../support/cli.ts';
import { EXPORTS } from '../support/exports.ts';

async function exposure(model: string, data: string, ...more: readonly string[]): Promise<CheckResult> {
  const run = join(scratch(), 'run');
  const args = [
    join(EXPORTS, `${model}.onnx`),
    '--data',
    join(EXPORTS, 'data', `${data}.csv`),
    '--only',
    'output-exposure',
    '--run',
    run,
    '--workers',
    '1',
    ...more,
  ];
  const { code, stderr } = await gibbon(['audit', ...args]);
  expect(code, stderr).toBe(0);
  return resultIn(run).checks[0] as CheckResult;
}

describe('output-exposure', () => {
  it('counts what a linear model takes, and blames it only where an attacker has to ask', async () => {
    const check = await exposure('sklearn-logistic-wine', 'wine', '--threat', 'upload-api');
    // 13 columns, 3 classes: 14 · 2 weights, 2 equations an answer.
    expect([check.metrics.unknownWeights, check.metrics.equations, check.metrics.extractionQueries].map((one) => one?.value)).toEqual([
      28, 2, 14,
    ]);
    expect(check.findings.find(({ id }) => id === 'linear')?.severity).toBe('medium');
    expect(check.status).toBe('warn');
    const owner = await exposure('sklearn-logistic-wine', 'wine');
    expect(owner.findings.map(({ severity }) => severity)).toEqual(['info', 'info']);
    expect(owner.status).toBe('pass');
  });

  it.each([
    ['sklearn-svc-wine', 60],
    ['sklearn-neighbours-wine', 118],
  ])('finds the training examples in %s', async (model, rows) => {
    const check = await exposure(model, 'wine');
    expect(check.findings.find(({ id }) => id === 'stored-rows')).toMatchObject({
      severity: 'medium',
      text: expect.stringContaining(String(rows)),
    });
  });
});
