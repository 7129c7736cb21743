#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = ['bundle', 'cli'].map((folder) => new URL(`../dist/${folder}/main.js`, import.meta.url)).find((file) => existsSync(file));
if (built) await import(built.href);
else {
  process.stderr.write('gibbon: not built yet. Run `npm ci` (or `npm run build`) in the repository first.\n');
  process.exitCode = 2;
}
