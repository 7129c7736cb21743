/** The same seed gives the same result, whatever the workers and batch sizes; another seed another one. */
import { beforeAll, expect, it } from 'vitest';
import type { AuditResult } from '../../src/audit/result.ts';
import { ATTACKS_ONLY, DEMO, gibbon, resultIn, runFolder } from '../support/cli.ts';

/** Everything but what is allowed to differ. */
function comparable({ run, timings: _, ...result }: AuditResult): unknown {
  const { startedAt: __, command: ___, runtime, ...own } = run;
  const checks = result.checks.map(({ timings: ____, ...check }) => check);
  return { ...result, checks, run: { ...own, runtime: { ...runtime, workers: 0 } } };
}

async function audited(...flags: string[]): Promise<AuditResult> {
  const ended = await gibbon(['audit', DEMO.natural, '--data', DEMO.images, '--n', '40', '--preset', 'quick', ...flags]);
  expect(ended.code, ended.stderr).toBe(0);
  return resultIn(runFolder(ended.cwd));
}

let first: AuditResult;
beforeAll(async () => {
  first = await audited('--workers', '1');
});

it('three workers and batches of seven: the same', async () => {
  expect(comparable(await audited('--batch', '7', '--workers', '3'))).toEqual(comparable(first));
});

it('another seed differs', async () => {
  const [other, own] = [await audited('--seed', '1', ...ATTACKS_ONLY), first].map(({ models }) => models[0]?.samples);
  expect(other).not.toEqual(own);
});

it('label-only walks do not depend on who walks beside them', async () => {
  const walk = async (workers: string): Promise<unknown> => {
    const ended = await gibbon([
      'attack',
      'hop-skip-jump',
      '--n',
      '40',
      '--max-queries',
      '300',
      '--json',
      'result.json',
      '--workers',
      workers,
    ]);
    expect(ended.code, ended.stderr).toBe(0);
    return comparable(resultIn(ended.cwd));
  };
  expect(await walk('2')).toEqual(await walk('1'));
});
