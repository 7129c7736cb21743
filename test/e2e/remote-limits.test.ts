/** Endpoints that fail, budgets that are never passed, counts that are the server's own, and secrets that are nowhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditResult, ModelResult } from '../../src/audit/result.ts';
import { ATTACKS_ONLY, gibbon } from '../support/cli.ts';
import { demoEndpoints, expectCounted, faulty, modelOf, READING, scores } from '../support/demo-endpoint.ts';

const started = demoEndpoints();

describe('an endpoint', () => {
  it('is asked no more than its budget allows, by retries neither, and says what was not judged', async () => {
    const endpoint = await started(faulty(29));
    const ended = await gibbon([
      'audit',
      `${endpoint.origin}/predict`,
      ...READING,
      '--preset',
      'quick',
      '--n',
      '20',
      ...ATTACKS_ONLY,
      '--max-queries',
      '1100',
      '--timeout',
      '1',
      '--queries-per-example',
      '60',
    ]);
    expect(ended.code, ended.stderr).toBe(0);
    const model = modelOf(ended);
    expectCounted(model, endpoint);
    const { asked } = model.remote as NonNullable<ModelResult['remote']>;
    expect(asked.budget).toBe(1100);
    const spent = endpoint.seen.answered + endpoint.seen.unsure;
    expect(spent).toBeLessThanOrEqual(1100);
    // No example is begun that could not be finished.
    expect(spent).toBeGreaterThan(1100 - 80);
    expect(model.findings.find(({ id }) => id === 'budget-spent')?.text).toMatch(
      /1100 questions to the endpoint were used up before HopSkipJump on \d+ examples/,
    );
    expect(model.attacksCut?.map(({ name }) => name)).toEqual(expect.arrayContaining(['HopSkipJump', 'accuracy against epsilon']));
    const jump = model.attacks.find(({ id }) => id === 'hop-skip-jump');
    expect(jump?.n).toBeLessThan(20);
    expect(jump?.n).toBeGreaterThan(0);
  });
});

describe('a single attack', () => {
  it('that takes gradients is refused before anything is asked', async () => {
    const endpoint = await started();
    const ended = await gibbon(['attack', 'pgd', `${endpoint.origin}/predict`, ...READING]);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('takes gradients, and an endpoint gives answers only');
    expect(endpoint.seen.requests).toBe(0);
  });

  it('keeps to its questions for each example, and to those in all', async () => {
    const endpoint = await started();
    const args = [...READING, '--n', '30', '--max-queries', '20', '--query-budget', '400', '--epsilon', '0.02', '--json', '-'];
    const ended = await gibbon(['attack', 'square', `${endpoint.origin}/predict`, ...args]);
    expect(ended.code, ended.stderr).toBe(0);
    const { models: own } = JSON.parse(ended.stdout) as AuditResult;
    const [model] = own as [ModelResult];
    expectCounted(model, endpoint);
    expect(endpoint.seen.rows).toBeLessThanOrEqual(400);
    expect(endpoint.seen.rows).toBeGreaterThan(400 - 22);
    expect(model.attacks[0]?.queries).toBeLessThanOrEqual(20 * (model.attacks[0]?.n ?? 0));
  });
});

describe('secrets', () => {
  it('reach the server, and no file, no line and no message', async () => {
    const endpoint = await started(undefined, {
      answer: async (body, { headers }) =>
        headers.authorization === 'Bearer hush-hush-77' ? { predictions: await scores(body) } : { error: headers.authorization },
    });
    const env = { DEMO_TOKEN: 'hush-hush-77' };
    const ended = await gibbon(
      [
        'audit',
        `${endpoint.origin}/predict`,
        ...READING,
        '--preset',
        'quick',
        '--n',
        '10',
        '--only',
        'noise-baseline',
        '--knowledge',
        'nothing',
        '--header',
        'Authorization: Bearer $DEMO_TOKEN',
      ],
      { env },
    );
    expect(ended.code, ended.stderr).toBe(0);
    const all = readdirSync(ended.cwd, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(all.length).toBeGreaterThan(3);
    for (const entry of all) expect(readFileSync(join(entry.parentPath, entry.name)).includes('hush-hush'), entry.name).toBe(false);
    expect(ended.stdout + ended.stderr).not.toContain('hush-hush');
    const without = await gibbon([
      'audit',
      `${endpoint.origin}/predict`,
      ...READING,
      '--preset',
      'quick',
      '--header',
      'Authorization: Bearer $DEMO_TOKEN',
    ]);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('no variable DEMO_TOKEN');
    const open = await gibbon([
      'audit',
      `${endpoint.origin}/predict`,
      ...READING,
      '--preset',
      'quick',
      '--header',
      'Authorization: Bearer hush-hush-77',
    ]);
    expect(open.code).toBe(2);
    expect(open.stderr).not.toContain('hush-hush');
    expect(readdirSync(open.cwd)).toEqual([]);
  });
});
