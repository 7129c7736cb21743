/** Writes results, with one clear error where a path cannot be written. */
import { existsSync } from 'node:fs';
import { mkdir, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GibbonError } from '../base/errors.ts';

/** Makes the file and its folders, or replaces it. @throws GibbonError E_OUTPUT_UNWRITABLE */
export async function writeOutput(path: string, content: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await replace(path, content);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** A file is there as a whole or not at all, whatever kills the process: written beside it, then renamed. Pipes and devices are written to. */
async function replace(path: string, content: string): Promise<void> {
  const real = await realpath(path).catch(() => path);
  const found = await stat(real).catch(() => undefined);
  if (found && !found.isFile()) return writeFile(real, content);
  const beside = `${real}.${process.pid}.part`;
  try {
    await writeFile(beside, content, found && { mode: found.mode });
    await rename(beside, real);
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => {});
    throw thrown;
  }
}

/** Fails before the work rather than after it; leaves nothing behind, whether the path can be written or not. @throws GibbonError E_OUTPUT_UNWRITABLE */
export async function assertWritable(path: string): Promise<void> {
  const existed = existsSync(path);
  let made: string | undefined;
  try {
    made = await makeFolder(dirname(path));
    await writeFile(path, '', { flag: 'a' });
  } catch (cause) {
    throw unwritable(path, cause);
  } finally {
    if (!existed) await rm(path, { force: true }).catch(() => {});
    if (made !== undefined) await removeEmpty(dirname(path), made);
  }
}

/** Makes a folder and those above it; returns the topmost one made. (Node 20's own recursive mkdir never returns below /proc.) */
async function makeFolder(folder: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const one of missing) await mkdir(one);
  return missing[0];
}

/** Removes empty folders from `folder` up to `top`. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  for (let at = folder; at.length >= top.length; at = dirname(at)) await rmdir(at).catch(() => {});
}

function unwritable(path: string, cause: unknown): GibbonError {
  return new GibbonError('E_OUTPUT_UNWRITABLE', `cannot write ${path}`, {
    hint: 'Choose another path, or check its permissions and free space.',
    cause,
  });
}
