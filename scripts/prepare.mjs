// After `npm ci` in a clone: build. An install without development dependencies has no compiler, and needs none.
import { createRequire } from 'node:module';

let compiler = true;
try {
  createRequire(import.meta.url).resolve('typescript/bin/tsc');
} catch {
  compiler = false;
}
if (compiler) await import('./build.mjs');
