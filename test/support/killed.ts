/** Runs that are killed in the middle and taken up again, to be held against a run that nobody disturbed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditResult } from '../../src/audit/result.ts';
import { gibbon, resultIn, scratch } from './cli.ts';

/** The result as bytes, without what a clock says. */
export function timeless({ timings: _, ...result }: AuditResult): string {
  const { startedAt: __, ...run } = result.run;
  const checks = result.checks.map(({ timings: ___, ...check }) => check);
  const models = result.models.map(({ certificates, ...model }) => ({
    ...model,
    certificates: certificates && { ...certificates, samples: certificates.samples.map(({ seconds: ____, ...sample }) => sample) },
  }));
  return JSON.stringify({ ...result, run, checks, models });
}

export interface Undisturbed {
  readonly bytes: string;
  readonly milliseconds: number;
}

/** `gibbon audit …args --run run` from its beginning to its end. */
export async function undisturbed(args: readonly string[]): Promise<Undisturbed> {
  const ended = await gibbon(['audit', ...args, '--run', 'run']);
  if (ended.code !== 0) throw new Error(ended.stderr);
  return { bytes: timeless(resultIn(join(ended.cwd, 'run'))), milliseconds: 1000 * ended.seconds };
}

export interface Killed {
  readonly bytes: string;
  /** Did the kill come before the end? */
  readonly hit: boolean;
  /** What the run that was taken up again said on stderr. */
  readonly stderr: string;
}

/** The same, killed with SIGKILL after so many milliseconds (and once more while it is resumed, after as many again), and resumed. */
export async function killedAndResumed(args: readonly string[], after: readonly number[]): Promise<Killed> {
  const cwd = scratch();
  let command = ['audit', ...args, '--run', 'run'];
  let hit = false;
  for (const wait of after) {
    const ended = await gibbon(command, {
      cwd,
      during: (pid) =>
        void delay(wait)
          .then(() => process.kill(pid, 'SIGKILL'))
          .catch(() => {}),
    });
    hit ||= ended.code !== 0;
    // Killed before it had noted what to do: there is nothing to take up.
    if (existsSync(join(cwd, 'run/run.json'))) command = ['resume', 'run'];
  }
  const ended = await gibbon(command, { cwd });
  if (ended.code !== 0) throw new Error(ended.stderr);
  return { bytes: timeless(resultIn(join(cwd, 'run'))), hit, stderr: ended.stderr };
}
