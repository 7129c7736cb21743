/** Clears what an earlier run left in the run folder. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes the adversarial inputs; only files named as Gibbon names them. */
export async function clearAdversarial(folder: string, model: string): Promise<void> {
  await Promise.all([clear(join(folder, 'adversarial', model), /^[a-z0-9-]+-[0-9a-f]{10}-\d+\.npz$/), clearPictures(folder, model)]);
}

/** Removes the pictures: their names do not tell of which run they are. */
export async function clearPictures(folder: string, model: string): Promise<void> {
  await clear(join(folder, 'adversarial', model, 'png'), /^\d+\.png$/);
}

async function clear(folder: string, pattern: RegExp): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  await Promise.all(names.filter((name) => pattern.test(name)).map((name) => rm(join(folder, name), { force: true })));
}
