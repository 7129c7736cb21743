/** A run that was killed or stopped goes on where it was, and ends as if nothing had happened. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditResult } from '../../src/audit/result.ts';
import { DEMO, gibbon, put, resultIn, runFolder, scratch } from '../support/cli.ts';
import { killedAndResumed, timeless, type Undisturbed, undisturbed } from '../support/killed.ts';

/** One model, without the slow checks; test/accept does it with every check and both. */
const SLOW = 'transfer,corruptions,sensor-pollution,certified-robustness';
const ARGS = [DEMO.natural, '--data', DEMO.images, '--preset', 'quick', '--n', '24', '--skip', SLOW];
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

describe('a run from elsewhere', () => {
  const CHEAP = [DEMO.natural, '--data', DEMO.images, '--preset', 'quick', '--n', '20', '--only', 'output-exposure', '--run', 'run'];
  let cwd: string;
  let note: Record<string, unknown>;
  beforeAll(async () => {
    cwd = scratch();
    const ended = await gibbon(['audit', ...CHEAP, '--json', 'out/own.json', '-o', 'out/own.sarif'], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    note = JSON.parse(readFileSync(join(cwd, 'run/run.json'), 'utf8')) as Record<string, unknown>;
  });

  it('writes outside its folder only what is asked for again', async () => {
    rmSync(join(cwd, 'out'), { recursive: true });
    const ended = await gibbon(['resume', 'run', '-o', 'again.sarif'], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toMatch(/not written, since they lie outside the run's folder: .*own\.sarif, .*own\.json/);
    expect(existsSync(join(cwd, 'out'))).toBe(false);
    expect(existsSync(join(cwd, 'again.sarif'))).toBe(true);
    expect(resultIn(join(cwd, 'run')).checks).toHaveLength(1);
  });

  it.each(['../../escaped', '..', 'a/b', ''])('is refused where a model is called %j', async (name) => {
    const options = note.options as { models: object[] };
    const evil = { ...note, options: { ...options, models: options.models.map((one) => ({ ...one, name })) } };
    const ended = await gibbon(['resume', join(put(scratch(), 'run.json', JSON.stringify(evil)), '..')]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('[E_USAGE]');
  });

  it.each(['result.json', 'adversarial'])('is refused where %s in it is a link to somewhere else', async (name) => {
    const [folder, elsewhere] = [join(put(scratch(), 'run.json', JSON.stringify(note)), '..'), scratch()];
    const target = name.includes('.') ? put(elsewhere, name, 'precious') : elsewhere;
    symlinkSync(target, join(folder, name));
    const ended = await gibbon(['resume', folder]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('is a link');
    expect(readdirSync(elsewhere)).toEqual(name.includes('.') ? [name] : []);
    if (name.includes('.')) expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('is refused where the folder that it began in is gone', async () => {
    const ended = await gibbon(['resume', join(put(scratch(), 'run.json', JSON.stringify({ ...note, cwd: '/no/such/folder' })), '..')]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('[E_FILE_NOT_FOUND]');
    expect(ended.stderr).toContain('/no/such/folder');
  });

  it('is compared with what was there before it, not with itself', async () => {
    const before = readFileSync(join(cwd, 'run/result.json'), 'utf8');
    const more = CHEAP.map((word) => (word === '20' ? '30' : word));
    const ended = await gibbon(['audit', ...more, '--baseline', 'run/result.json'], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    expect(resultIn(join(cwd, 'run')).models[0]?.data.n).toBe(30);
    expect(readFileSync(join(cwd, 'run/baseline.json'), 'utf8')).toBe(before);
    const again = await gibbon(['resume', 'run'], { cwd });
    expect(again.code, again.stderr).toBe(0);
    expect(readFileSync(join(cwd, 'run/baseline.json'), 'utf8')).toBe(before);
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
