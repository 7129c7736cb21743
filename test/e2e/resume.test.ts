/** A run that was killed or stopped goes on where it was, and ends as if nothing had happened. */
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditResult } from '../../src/audit/result.ts';
import { DEMO, gibbon, put, resultIn, runFolder, scratch } from '../support/cli.ts';
import { killedAndResumed, timeless, type Undisturbed, undisturbed } from '../support/killed.ts';

/** One model; test/accept does it with every check and both. */
const ARGS = [DEMO.natural, '--data', DEMO.images, '--preset', 'quick', '--n', '40', '--skip', 'transfer,corruptions,sensor-pollution'];
let whole: Undisturbed;
beforeAll(async () => {
  whole = await undisturbed(ARGS);
}, 120_000);

describe('a killed run', () => {
  it.each([0.35, 0.7])('after %d of its time', async (share) => {
    const { bytes } = await killedAndResumed(ARGS, [share * whole.milliseconds]);
    expect(bytes).toBe(whole.bytes);
  });

  it('three times', async () => {
    const { bytes, hit } = await killedAndResumed(
      ARGS,
      [0.4, 0.5, 0.5].map((share) => share * whole.milliseconds),
    );
    expect(hit).toBe(true);
    expect(bytes).toBe(whole.bytes);
  });
});

describe('a stopped run', () => {
  it('says how to go on, and does', async () => {
    const cwd = scratch();
    const stopped = await gibbon(['audit', ...ARGS, '--run', 'run'], {
      cwd,
      during: (pid) => void delay(0.6 * whole.milliseconds).then(() => process.kill(pid, 'SIGINT')),
    });
    if (stopped.code === 130) expect(stopped.stderr).toContain('gibbon resume run');
    mkdirSync(join(cwd, 'elsewhere'));
    renameSync(join(cwd, 'run'), join(cwd, 'elsewhere/moved'));
    const ended = await gibbon(['resume', 'elsewhere/moved', '--json', '-'], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    expect(timeless(auditResult.parse(JSON.parse(ended.stdout)))).toBe(whole.bytes);
  });
});

describe('a second run in the same folder', () => {
  it('computes what is new only', async () => {
    const cwd = scratch();
    const first = await gibbon(['audit', ...ARGS], { cwd });
    expect(first.code, first.stderr).toBe(0);
    const attacked = resultIn(runFolder(cwd)).timings.attackCpu as number;
    expect(attacked).toBeGreaterThan(0);
    const second = await gibbon(['audit', ...ARGS], { cwd });
    expect(second.code, second.stderr).toBe(0);
    expect(resultIn(runFolder(cwd)).timings.attackCpu).toBe(0);
    expect(timeless(resultIn(runFolder(cwd)))).toBe(whole.bytes.replace(' --run run', ''));
    const other = await gibbon(['audit', ...ARGS, '--epsilon', '0.2'], { cwd });
    expect(other.code, other.stderr).toBe(0);
    expect(resultIn(runFolder(cwd)).timings.attackCpu).toBeGreaterThan(0);
    const fresh = await gibbon(['audit', ...ARGS, '--fresh'], { cwd });
    expect(fresh.code, fresh.stderr).toBe(0);
    expect(resultIn(runFolder(cwd)).timings.attackCpu).toBeGreaterThan(0);
  });
});

describe('what is no run', () => {
  it.each([
    ['a folder without one', () => scratch(), 'E_FILE_NOT_FOUND'],
    ['a note that is no JSON', () => join(put(scratch(), 'run.json', 'x'), '..'), 'E_USAGE'],
    ['a note of something else', () => join(put(scratch(), 'run.json', '{"a":1}'), '..'), 'E_USAGE'],
  ])('%s', async (_, folder, code) => {
    const ended = await gibbon(['resume', folder()]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`[${code}]`);
  });

  it('a journal that is no journal', async () => {
    const cwd = scratch();
    put(cwd, 'run/journal.db', 'this is no database, and long enough to be read as one'.repeat(100));
    const ended = await gibbon(['audit', ...ARGS, '--run', 'run'], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('[E_OUTPUT_UNWRITABLE]');
    expect(readFileSync(join(cwd, 'run/journal.db'), 'utf8')).toContain('this is no database');
  });
});
