/** Where ONNX Runtime's Node binding lies, and which version it is, without loading it: the copy that the packed tarball carries (scripts/prepack.mjs), in a clone the npm package. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const packed = fileURLToPath(new URL('../../vendor/onnxruntime-node', import.meta.url));
export const location = existsSync(packed) ? packed : 'onnxruntime-node';
export const { version } = createRequire(import.meta.url)(`${location}/package.json`) as { version: string };
