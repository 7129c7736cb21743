import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPool, type Pool, type PoolOptions } from './pool.ts';
import { compileQueue } from './testing/compile.ts';
import type { TestInit } from './testing/entry.ts';

let compiled: ReturnType<typeof compileQueue>;
let pools: Pool[] = [];
const pidOf = (progress: unknown): number => (progress as { pid: number }).pid;
const killNow = (progress: unknown): void => void process.kill(pidOf(progress), 'SIGKILL');

beforeAll(() => {
  compiled = compileQueue();
});
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  pools = [];
});
afterAll(() => rmSync(compiled.folder, { recursive: true, force: true }));

function pool(options: Partial<PoolOptions> & { init?: TestInit } = {}): Pool {
  const created = createPool({ entry: compiled.url('queue/testing/entry.js'), init: {}, size: 1, ...options });
  pools.push(created);
  return created;
}

const linesOf = (file: string): number => readFileSync(file, 'utf8').trim().split('\n').length;

/** A zombie still has its id, but is dead. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

async function untilDead(pid: number): Promise<void> {
  while (lives(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('tasks', () => {
  it('runs fifty on two workers, each once, and gives every caller its own result', async () => {
    const starts = join(compiled.folder, 'fifty');
    const two = pool({ size: 2, init: { starts } });
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    const results = await Promise.all(numbers.map((payload) => two.run<number>({ kind: 'double', payload })));
    expect(results).toEqual(numbers.map((i) => 2 * i));
    expect(linesOf(starts)).toBeLessThanOrEqual(2);
  });

  it('starts a worker only for a task that waits, and uses it again', async () => {
    const four = pool({ size: 4 });
    const first = await four.run<number>({ kind: 'pid', payload: 0 });
    expect(await four.run<number>({ kind: 'pid', payload: 0 })).toBe(first);
  });

  it('carries what a task throws, without a retry and without harm to the worker', async () => {
    const one = pool();
    const pid = await one.run({ kind: 'pid', payload: 0 });
    await expect(one.run({ kind: 'refuse', payload: 0 })).rejects.toMatchObject({
      name: 'GibbonError',
      code: 'E_DATA_SHAPE',
      message: 'Wrong shape.',
      hint: 'Turn it round.',
      cause: { message: 'RangeError: 3 is not 4' },
      stack: expect.stringContaining('entry.js'),
    });
    await expect(one.run({ kind: 'type-error', payload: 0 })).rejects.toMatchObject({
      code: 'E_INTERNAL',
      message: expect.stringContaining('x is not'),
    });
    await expect(one.run({ kind: 'nowhere', payload: 0 })).rejects.toMatchObject({
      code: 'E_INTERNAL',
      message: expect.stringContaining('"nowhere"'),
    });
    expect(await one.run({ kind: 'pid', payload: 0 })).toBe(pid);
  });

  it('refuses what cannot cross the border, either way', async () => {
    const one = pool();
    await expect(one.run({ kind: 'double', payload: () => 1 })).rejects.toMatchObject({ code: 'E_INTERNAL' });
    await expect(one.run({ kind: 'not-cloneable', payload: 0 })).rejects.toMatchObject({ code: 'E_INTERNAL' });
    expect(await one.run({ kind: 'double', payload: 4 })).toBe(8);
  });

  it('rejects a task whose progress callback throws', async () => {
    const one = pool();
    const broken = one.run({ kind: 'wait', payload: 0 }, () => {
      throw new Error('the bar fell down');
    });
    await expect(broken).rejects.toThrow('the bar fell down');
    expect(await one.run({ kind: 'double', payload: 1 })).toBe(2);
  });

  it('keeps what workers print away from our stdout', async () => {
    const lines: string[] = [];
    const one = pool({ init: { mode: 'print' }, log: (line) => lines.push(line) });
    const pid = await one.run({ kind: 'pid', payload: 0 });
    await one.close();
    expect(lines).toEqual([`worker ${pid}: on stdout`]);
  });
});

describe('a worker that dies', () => {
  it('costs a task that is killed halfway nothing but the row at hand', async () => {
    const two = pool({ size: 2 });
    const killed: number[] = [];
    const halted = two.run<{ rows: Float32Array[]; startedAt: number }>(
      { kind: 'count-rows', payload: { rows: 6, haltAt: 4 } },
      (progress) => {
        killed.push(pidOf(progress));
        killNow(progress);
      },
    );
    const others = Promise.all(Array.from({ length: 10 }, (_, i) => two.run({ kind: 'double', payload: i })));
    const { rows, startedAt } = await halted;
    expect(startedAt).toBe(4);
    expect(rows.map((row) => row[0])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rows.map((row) => row[1] === killed[0])).toEqual([true, true, true, true, false, false]);
    expect(await others).toHaveLength(10);
  });

  it('is replaced by a fresh one for the retry, although another is idle', async () => {
    const two = pool({ size: 2 });
    const halted = new Promise<{ pid: number; result: Promise<{ rows: Float32Array[] }> }>((resolve) => {
      const result = two.run<{ rows: Float32Array[] }>({ kind: 'count-rows', payload: { rows: 2, haltAt: 1 } }, (progress) =>
        resolve({ pid: pidOf(progress), result }),
      );
    });
    const { pid, result } = await halted;
    const idle = await two.run<number>({ kind: 'pid', payload: 0 });
    process.kill(pid, 'SIGKILL');
    const by = (await result).rows.map((row) => row[1]);
    expect(by[0]).toBe(pid);
    expect(by[1]).not.toBe(pid);
    expect(by[1]).not.toBe(idle);
  });

  it('has its last words read before it is buried', async () => {
    expect(await pool().run({ kind: 'die-after-checkpoint', payload: { bytes: 5_000_000 } })).toBe(5_000_000);
  });

  it('is reported after the second try, with its exit code and last output', async () => {
    const starts = join(compiled.folder, 'crash');
    const one = pool({ init: { starts } });
    const crash = one.run({ kind: 'crash', payload: 0, key: 'pgd, rows 0-63' });
    const next = one.run({ kind: 'double', payload: 3 });
    await expect(crash).rejects.toMatchObject({
      code: 'E_WORKER_DIED',
      message: 'The task "pgd, rows 0-63" was given up after 2 tries: its worker process ended with exit code 7.',
      hint: expect.stringMatching(/Its last output:\n {2}tensor on fire$/),
    });
    expect(await next).toBe(6);
    expect(linesOf(starts)).toBe(3);
  });

  it('is reported with the signal that killed it', async () => {
    await expect(pool().run({ kind: 'wait', payload: 0 }, killNow)).rejects.toMatchObject({
      code: 'E_WORKER_DIED',
      message: expect.stringContaining('ended by SIGKILL'),
    });
  });

  it('does not cost a try if the task never reached it', async () => {
    const one = pool();
    process.kill(await one.run<number>({ kind: 'pid', payload: 0 }), 'SIGKILL');
    const task = one.run<{ startedAt: number }>({ kind: 'count-rows', payload: { rows: 3, haltAt: 2 } }, killNow);
    expect(await task).toMatchObject({ startedAt: 2 });
  });

  it.runIf(process.platform === 'linux')('is killed when it takes too much memory', async () => {
    const one = pool({ memoryBytes: 250 * 2 ** 20, stallSeconds: 20 });
    await expect(one.run({ kind: 'eat-memory', payload: 0 })).rejects.toMatchObject({
      code: 'E_WORKER_DIED',
      message: expect.stringContaining('more than the 250 MB allowed'),
    });
  });
});

describe('a worker that hangs', () => {
  it('is killed in the middle of a synchronous loop, while the others go on', async () => {
    const two = pool({ size: 2 });
    const seen: number[] = [];
    const hung = two.run({ kind: 'spin', payload: 0, stallSeconds: 0.8 }, (progress) => seen.push(pidOf(progress)));
    const others = await Promise.all(Array.from({ length: 10 }, (_, i) => two.run({ kind: 'double', payload: i })));
    expect(others).toHaveLength(10);
    await expect(hung).rejects.toMatchObject({
      code: 'E_WORKER_HUNG',
      message: 'The task "spin" was given up after 2 tries: its worker process made no progress for 0.8 s and was killed.',
    });
    expect(new Set(seen).size).toBe(2);
    expect(seen.map(lives)).toEqual([false, false]);
  });

  it('is told from one that is slow but says so', async () => {
    const starts = join(compiled.folder, 'slow');
    const slow = { kind: 'busy-steps', payload: { steps: 8, stepMs: 250 }, stallSeconds: 1.5 };
    expect(await pool({ init: { starts } }).run(slow)).toBe('done');
    expect(linesOf(starts)).toBe(1);
  });

  it('is not taken for hung when it was we who slept', async () => {
    const starts = join(compiled.folder, 'asleep');
    const one = pool({ stallSeconds: 1, init: { starts } });
    await one.run({ kind: 'pid', payload: 0 });
    const slow = one.run({ kind: 'busy-steps', payload: { steps: 10, stepMs: 180 } });
    const until = performance.now() + 1600;
    while (performance.now() < until);
    expect(await slow).toBe('done');
    expect(linesOf(starts)).toBe(1);
  });
});

describe('a worker that does not start', () => {
  it('is tried twice, then every task is told so', async () => {
    const starts = join(compiled.folder, 'exit');
    const one = pool({ init: { mode: 'exit', starts } });
    const tasks = await Promise.allSettled(Array.from({ length: 5 }, () => one.run({ kind: 'pid', payload: 0 })));
    const expected = { code: 'E_WORKER_DIED', message: expect.stringContaining('exit code 3') };
    for (const task of tasks) expect(task).toMatchObject({ status: 'rejected', reason: expected });
    await expect(one.run({ kind: 'pid', payload: 0 })).rejects.toMatchObject(expected);
    expect(linesOf(starts)).toBe(2);
  });

  it('passes on what onInit threw, after one try', async () => {
    const starts = join(compiled.folder, 'throw');
    const one = pool({ init: { mode: 'throw', starts } });
    const expected = { code: 'E_MODEL_LOAD', message: 'No such operator.', hint: 'Export it again.' };
    await expect(one.run({ kind: 'pid', payload: 0 })).rejects.toMatchObject(expected);
    await expect(one.run({ kind: 'pid', payload: 0 })).rejects.toMatchObject(expected);
    expect(linesOf(starts)).toBe(1);
  });

  it('says that the entry is missing', async () => {
    await expect(pool({ entry: new URL('file:///nowhere/entry.js') }).run({ kind: 'pid', payload: 0 })).rejects.toMatchObject({
      code: 'E_WORKER_DIED',
      hint: expect.stringContaining('/nowhere/entry.js'),
    });
  });
});

describe('the end', () => {
  it('comes at once on abort: all tasks reject, all workers are gone', async () => {
    const controller = new AbortController();
    const two = pool({ size: 2, signal: controller.signal });
    const pids: number[] = [];
    const tasks = Array.from({ length: 4 }, () =>
      two.run({ kind: 'spin', payload: 0 }, (progress) => {
        if (pids.push(pidOf(progress)) === 2) controller.abort(new Error('Ctrl-C'));
      }),
    );
    for (const task of tasks) await expect(task).rejects.toMatchObject({ code: 'E_ABORTED', cause: { message: 'Ctrl-C' } });
    await expect(two.run({ kind: 'pid', payload: 0 })).rejects.toMatchObject({ code: 'E_ABORTED' });
    await two.close();
    expect(pids.map(lives)).toEqual([false, false]);
  });

  it('is there before the start if the signal has aborted already', async () => {
    await expect(pool({ signal: AbortSignal.abort() }).run({ kind: 'pid', payload: 0 })).rejects.toMatchObject({ code: 'E_ABORTED' });
  });

  it('is gentle to idle workers, forceful to hung ones, and final', async () => {
    const two = pool({ size: 2 });
    const hung = new Promise<number>((resolve) => {
      void two.run({ kind: 'spin', payload: 0 }, (progress) => resolve(pidOf(progress)));
    });
    const pids = [await hung, await two.run<number>({ kind: 'pid', payload: 0 })];
    await Promise.all([two.close(), two.close()]);
    expect(pids.map(lives)).toEqual([false, false]);
    await expect(two.run({ kind: 'pid', payload: 0 })).rejects.toMatchObject({ code: 'E_ABORTED' });
  });

  it('reaches the workers of a parent that was killed, even one stuck in a loop', async () => {
    const code = `
      import { createPool } from '${compiled.url('queue/pool.js')}';
      const pool = createPool({ entry: new URL('${compiled.url('queue/testing/entry.js')}'), init: {}, size: 2 });
      const spinning = new Promise((resolve) => pool.run({ kind: 'spin' }, ({ pid }) => resolve(pid)));
      process.stdout.write(JSON.stringify([await spinning, await pool.run({ kind: 'pid' })]));
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = await once(parent.stdout, 'data');
    const pids = JSON.parse(String(output)) as number[];
    expect(pids.map(lives)).toEqual([true, true]);
    parent.kill('SIGKILL');
    await Promise.all(pids.map(untilDead));
  });
});
