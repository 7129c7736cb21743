/** One folder for all that a run of the tests writes to the system's temporary folder, their child processes included; it goes when they are over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

/** Called by vitest before it starts its workers, which inherit the variable. */
export function setup(): void {
  folder = mkdtempSync(join(tmpdir(), 'gibbon-tests-'));
  process.env.TMPDIR = folder;
}

/** Called by vitest when they are through. */
export function teardown(): void {
  if (folder) rmSync(folder, { recursive: true, force: true });
}
