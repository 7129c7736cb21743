/** The module that worker processes start with: the bundle where the build made one, else the compiled file itself. */
import { existsSync } from 'node:fs';

const bundled = new URL('../bundle/worker.js', import.meta.url);
export const WORKER_ENTRY = existsSync(bundled) ? bundled : new URL('../queue/worker.js', import.meta.url);
