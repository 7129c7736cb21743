/** An endpoint with injected faults, audited by every check to the end of its budget; the server's own count is the result's. */
import { afterEach, expect, it } from 'vitest';
import type { AuditResult } from '../../src/audit/result.ts';
import { DEMO, gibbon, resultIn, runFolder } from '../support/cli.ts';
import { demoEndpoint, expectCounted, faulty, modelOf, READING } from '../support/demo-endpoint.ts';
import type { Endpoint } from '../support/endpoint.ts';

let endpoint: Endpoint;
afterEach(() => endpoint?.close());

/** Every check runs or says why not; nothing ends in an error. */
function expectWhole({ checks }: AuditResult): void {
  expect(checks.filter(({ status }) => status === 'error')).toEqual([]);
}

it.each([undefined, 20_000, 100_000])('with a budget of %s questions', async (budget) => {
  endpoint = await demoEndpoint(faulty(41));
  const limit = budget === undefined ? [] : ['--query-budget', String(budget)];
  const args = [
    'audit',
    `${endpoint.origin}/predict`,
    ...READING,
    '--preset',
    'quick',
    '--timeout',
    '1',
    ...limit,
    '--surrogate',
    DEMO.adversarial,
  ];
  const ended = await gibbon(args);
  expect(ended.code, ended.stderr).toBe(0);
  expectWhole(resultIn(runFolder(ended.cwd)));
  const model = modelOf(ended);
  expectCounted(model, endpoint);
  const { seen } = endpoint;
  if (budget !== undefined) expect(seen.answered + seen.unsure).toBeLessThanOrEqual(budget);
  const { headline } = model.summary;
  const cut = model.attacksCut?.map(({ name }) => name) ?? [];
  console.log({
    budget,
    requests: seen.requests,
    rows: seen.rows,
    refused: seen.refused,
    unsure: seen.unsure,
    seconds: Math.round(ended.seconds),
    headline,
    cut,
  });
});
