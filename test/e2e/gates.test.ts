/** Gates from the command line to the exit code, and what goes to which stream. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditResult } from '../../src/audit/result.ts';
import { DEMO, type Ended, gibbon, resultIn, scratch } from '../support/cli.ts';

const ARGS = [
  'audit',
  DEMO.natural,
  '--data',
  DEMO.images,
  '--labels',
  DEMO.labels,
  '--preset',
  'quick',
  '--n',
  '40',
  '--only',
  'evasion',
  '--run',
  'run',
];
const cwd = scratch();
let first: Ended;
beforeAll(async () => {
  first = await gibbon(
    [...ARGS, '--gate', 'evasion.robustAccuracy>=0.4', '--gate', 'warn evasion.robustAccuracy>=0.5', '--fail-on', 'critical'],
    { cwd },
  );
}, 120_000);

describe('a gate that fails', () => {
  it('makes the exit code 1, after everything is written', () => {
    expect(first.code, first.stderr).toBe(1);
    expect(resultIn(join(cwd, 'run')).gates?.map(({ name, outcome, counts }) => [name, outcome, counts])).toEqual([
      ['evasion.robustAccuracy', 'fail', 'fail'],
      ['evasion.robustAccuracy', 'fail', 'warn'],
      ['findings', 'fail', 'fail'],
    ]);
    expect(readFileSync(join(cwd, 'run/report.html'), 'utf8')).toContain('2 of 3 gates failed, 1 warns');
  });

  it('is told before the path of the report, in 80 columns and without colour', () => {
    const lines = first.stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^report {2}file:\/\//);
    expect(lines.at(-3)).toBe('✗ 2 of 3 gates failed, 1 warns');
    expect(lines.at(-4)).toMatch(/^✗ Broken/);
    for (const line of lines.slice(1, -4)) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect(first.stdout).not.toMatch(/\p{Cc}(?<!\n)/u);
  });

  it('fails again when the run is taken up again, and JSON on stdout is alone there', async () => {
    const ended = await gibbon(['resume', 'run', '--json', '-'], { cwd });
    expect(ended.code, ended.stderr).toBe(1);
    expect(auditResult.parse(JSON.parse(ended.stdout)).gates).toHaveLength(3);
  });
});

describe('a baseline', () => {
  it('is enough by itself; quiet leaves the verdict and the gates', { timeout: 180_000 }, async () => {
    const before = join(cwd, 'baseline.json');
    writeFileSync(before, readFileSync(join(cwd, 'run/result.json')));
    const same = await gibbon([...ARGS, '--baseline', 'baseline.json', '--quiet'], { cwd });
    expect(same.code, same.stderr).toBe(0);
    expect(same.stdout).toMatch(/^✗ Broken.*\n✓ All 2 gates hold\n$/);
    expect(same.stderr).toBe('');
    // As if every example had withstood: then all are lost.
    const better = resultIn(join(cwd, 'run'));
    for (const { samples, summary } of better.models) {
      for (const sample of samples) sample.adversarial = null;
      Object.assign(summary, { robustAccuracy: summary.cleanAccuracy });
    }
    writeFileSync(before, JSON.stringify(better));
    const lost = await gibbon([...ARGS, '--baseline', 'baseline.json'], { cwd, env: { FORCE_COLOR: '1', NO_COLOR: '' } });
    expect(lost.code, lost.stderr).toBe(1);
    expect(lost.stdout).toMatch(/a loss[\s\S]*is shown/);
    expect(lost.stdout).toContain('\u001b[31m');
    // The same as a comparison of its own.
    const diff = await gibbon(['diff', 'baseline.json', 'run/result.json', '--json'], { cwd });
    expect(diff.code, diff.stderr).toBe(0);
    const [model] = JSON.parse(diff.stdout).models;
    expect(model.figures.find(({ name }: { name: string }) => name === 'robustAccuracy')).toMatchObject({ shown: 'worse', pairs: 40 });
    expect(model.flips[1].worse.length).toBeGreaterThan(30);
  });
});

it.each([
  ['evasin.robustAccuracy>=0.4', 'Did you mean evasion?'],
  ['evasion.robustAcuracy>=0.4', 'Did you mean robustAccuracy?'],
  ['latency.p99<=20', 'p99@batch=1'],
  ['category.fairnes<=low', 'did you mean fairness?'],
  ['mnist-naturl:evasion.robustAccuracy>=0.4', 'Did you mean mnist-natural?'],
])('%s cannot be meant: that ends with 2, before any work, and nothing is written', async (rule, hint) => {
  const folder = scratch();
  const ended = await gibbon([...ARGS, '--gate', rule], { cwd: folder });
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(hint);
  expect(ended.stderr).not.toContain('looking at');
  expect(readdirSync(folder)).toEqual([]);
});
