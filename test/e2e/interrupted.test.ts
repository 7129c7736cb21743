/** Workers killed from outside, and Ctrl-C: the result is that of an undisturbed run, or the run ends at once with what is finished. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ATTACKS_ONLY, childrenOf, DEMO, gibbon, lives, resultIn, runFolder } from '../support/cli.ts';

const LONG = [
  'attack',
  'pgd',
  '--steps',
  '400',
  '--restarts',
  '5',
  '--n',
  '100',
  '--workers',
  '2',
  '--json',
  'result.json',
  DEMO.adversarial,
  '--data',
  DEMO.images,
];

describe('kill -9 of a worker', () => {
  it('in the middle of an attack changes nothing in the result', async () => {
    const calm = await gibbon(LONG);
    expect(calm.code, calm.stderr).toBe(0);
    const killed: number[] = [];
    const shot = await gibbon(LONG, {
      during: (pid, onText) => {
        onText((text) => {
          const [victim] = childrenOf(pid);
          if (killed.length > 0 || victim === undefined || !text.includes('The labels are numbers')) return;
          killed.push(victim);
          // Model and data have been looked at; the attack, which takes seconds, is what follows.
          setTimeout(() => process.kill(victim, 'SIGKILL'), 800);
        });
      },
    });
    expect(killed).toHaveLength(1);
    expect(shot.code, shot.stderr).toBe(0);
    const [a, b] = [calm, shot].map(({ cwd }) =>
      resultIn(cwd).models.map(({ samples, summary, attacks }) => ({ samples, summary, attacks })),
    );
    expect(b).toEqual(a);
  });
});

describe('Ctrl-C', () => {
  it('ends the run within seconds, with exit code 130 and without workers', async () => {
    const workers: number[] = [];
    let asked = 0;
    const ended = await gibbon(['audit', '--preset', 'thorough', '--workers', '2', ...ATTACKS_ONLY], {
      during: async (pid) => {
        await delay(4000);
        workers.push(...childrenOf(pid));
        asked = performance.now();
        process.kill(pid, 'SIGINT');
      },
    });
    expect(ended.code, ended.stderr).toBe(130);
    expect(performance.now() - asked).toBeLessThan(8000);
    expect(workers.length).toBeGreaterThan(0);
    expect(workers.filter(lives)).toEqual([]);
    expect(ended.stderr).toContain('[E_ABORTED]');
    expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    if (ended.stdout === '') expect(existsSync(join(runFolder(ended.cwd), 'report.html'))).toBe(false);
  });

  it('keeps the model that is finished', async () => {
    const ended = await gibbon(['audit', '--preset', 'standard', '--n', '20', ...ATTACKS_ONLY], {
      during: (pid, onText) => {
        let asked = false;
        onText((text) => {
          // A second Ctrl-C would end the process at once.
          if (asked || !text.includes('mnist-adversarial')) return;
          asked = true;
          process.kill(pid, 'SIGINT');
        });
      },
    });
    expect(ended.code, ended.stderr).toBe(130);
    expect(resultIn(runFolder(ended.cwd)).models.map(({ name }) => name)).toEqual(['mnist-natural']);
    expect(existsSync(join(runFolder(ended.cwd), 'report.html'))).toBe(true);
  });
});
