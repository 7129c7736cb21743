/** Packs the small cases of a generated folder into the selection that is committed and tested everywhere: jiti bench/operators/pack.ts folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { casesIn } from './cases.ts';
import { filesAt, packed } from './files.ts';

/** Bytes of a case, model and data together, above which it stays out. */
const SMALL = 8192;

const files = filesAt(process.argv[2] ?? '');
const chosen = new Map<string, Uint8Array>();
let count = 0;
for (const { name } of casesIn(files)) {
  const own = [...files].filter(([path]) => path.startsWith(`${name}/`));
  if (own.reduce((sum, [, bytes]) => sum + bytes.byteLength, 0) > SMALL) continue;
  for (const [path, bytes] of own) chosen.set(path, bytes);
  count++;
}
for (const name of ['version.txt', 'versions.json']) chosen.set(name, files.get(name) ?? new Uint8Array());
const out = join(import.meta.dirname, '../../test/assets/onnx-operators/cases.zip.gz');
mkdirSync(dirname(out), { recursive: true });
const bytes = packed(chosen);
writeFileSync(out, bytes);
console.log(`${count} cases, ${bytes.byteLength} bytes`);
