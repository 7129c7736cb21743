/** Settings of gradients as the audit gets them: with the hashes of the files that stand in, since results depend on what they hold. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { GradientSettings } from '../model/gradient-settings.ts';

export function withHashes({ standIns, ...rest }: GradientSettings): GradientSettings {
  const hashed = standIns?.map((one) =>
    one.file === undefined ? one : { ...one, sha256: createHash('sha256').update(readFileSync(one.file)).digest('hex') },
  );
  return { ...rest, ...(hashed && { standIns: hashed }) };
}
