#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write('gibbon: not built yet. Run `npm ci` (or `npm run build`) in the repository first.\n');
  process.exitCode = 2;
}
