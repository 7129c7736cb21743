/** Which build of Gibbon is at work: what another one computed is not taken for its own. */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { version as ortVersion } from '../runtime/ort-version.ts';
import { version } from './version.ts';

/** Versions of Gibbon and of ONNX Runtime, and when this build was made. */
export function buildId(): string {
  return `${version} ${ortVersion} ${Math.round(statSync(fileURLToPath(import.meta.url)).mtimeMs)}`;
}
