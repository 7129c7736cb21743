/** ONNX Runtime's Node binding: the copy that the packed tarball carries (scripts/prepack.mjs), in a clone the npm package. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as OnnxRuntime from 'onnxruntime-node';

const require = createRequire(import.meta.url);
const packed = fileURLToPath(new URL('../../vendor/onnxruntime-node', import.meta.url));
const location = existsSync(packed) ? packed : 'onnxruntime-node';

export const ort = require(location) as typeof OnnxRuntime;
export const { version } = require(`${location}/package.json`) as { version: string };
