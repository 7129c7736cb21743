/** Clears what an earlier run left in the run folder, so that no picture or input of another epsilon is taken for one of this run. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes only files named as Gibbon names them. */
export async function clearAdversarial(folder: string, model: string): Promise<void> {
  const own = join(folder, 'adversarial', model);
  await Promise.all([clear(own, /^\d+-[a-z0-9-]+-\d+\.npz$/), clear(join(own, 'png'), /^\d+\.png$/)]);
}

async function clear(folder: string, pattern: RegExp): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  await Promise.all(names.filter((name) => pattern.test(name)).map((name) => rm(join(folder, name), { force: true })));
}
