/** ONNX Runtime's Node binding, loaded. */
import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-node';
import { location } from './ort-version.ts';

export const ort = createRequire(import.meta.url)(location) as typeof OnnxRuntime;
