/** Writes results, with one clear error where a path cannot be written. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GibbonError } from '../base/errors.ts';

/** @throws GibbonError E_OUTPUT_UNWRITABLE */
export async function writeOutput(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Fails before the work rather than after it. @throws GibbonError E_OUTPUT_UNWRITABLE */
export async function assertWritable(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '', { flag: 'a' });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): GibbonError {
  return new GibbonError('E_OUTPUT_UNWRITABLE', `cannot write ${path}`, { hint: 'Choose another path, or check its permissions and free space.', cause });
}
