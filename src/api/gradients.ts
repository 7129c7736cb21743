/** Settings of gradients as the audit gets them: with the hashes of the files that stand in, since results depend on what they hold. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { GibbonError } from '../base/errors.ts';
import type { GradientSettings } from '../model/gradient-settings.ts';

export function withHashes({ standIns, ...rest }: GradientSettings): GradientSettings {
  const hashed = standIns?.map((one) => (one.file === undefined ? one : { ...one, sha256: hashOf(one.file) }));
  return { ...rest, ...(hashed && { standIns: hashed }) };
}

/**
 * For a run that is taken up again with this command.
 * @throws GibbonError E_FILE_NOT_FOUND, E_FILE_CHANGED where a file that stands in is gone, or holds something else than when the run began
 */
export function assertUnchanged({ standIns = [] }: GradientSettings, command: string): void {
  for (const { file, to, sha256 } of standIns) {
    if (file === undefined || sha256 === undefined) continue;
    if (!existsSync(file))
      throw new GibbonError('E_FILE_NOT_FOUND', `${file}, which stands in for ${to}, is gone`, {
        hint: `Put it back (SHA-256 ${sha256}).`,
      });
    const now = hashOf(file);
    if (now === sha256) continue;
    throw new GibbonError('E_FILE_CHANGED', `${file}, which stands in for ${to}, has changed since the run began`, {
      hint: `Its SHA-256 was ${sha256} and is ${now}. Put the old file back and resume again; or audit with the new one: ${command}`,
    });
  }
}

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
