// Joins the compiled command line and worker, with the packages they use, into a few files in dist/bundle/: hundreds of small modules cost
// every process a fifth of a second at its start. Packages with native code or WebAssembly stay outside. Licences of what is inside stand beside it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const OUTSIDE = [/^sharp$/, /^libsql$/, /^onnxruntime-/, /^jiti$/, /^mpg123-decoder$/, /^@wasm-audio-decoders\//, /^highs$/];

/** The folder of the package that a module belongs to, if it comes from one. */
const packageOf = (module) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(module.replaceAll('\\', '/'))?.[0];

/** The package's licence file or, where it has none, what its modules say at their top. */
function licenceOf(folder, modules) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const tops = modules.map((module) => /^(?:\/\/.*\n)+/.exec(readFileSync(module, 'utf8'))?.[0].trim()).filter(Boolean);
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : [...new Set(tops)].join('\n\n');
  if (!text) throw new Error(`${name} is bundled, and has no licence text`);
  return { title: `${name} ${version} (${license})`, text };
}

export async function bundle(dist) {
  const folder = join(dist, 'bundle');
  const built = await rolldown({
    input: { main: join(dist, 'cli/main.js'), worker: join(dist, 'queue/worker.js') },
    external: OUTSIDE,
    platform: 'node',
    logLevel: 'warn',
  });
  // All files lie in one folder at the depth of the rooms, so that paths relative to a module stay right.
  const { output } = await built.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
  await built.close();
  const modules = [...new Set(output.flatMap((file) => Object.keys(file.modules ?? {})))].filter((module) => existsSync(module));
  const packages = [...new Set(modules.map(packageOf))].filter(Boolean).sort();
  // One text for all packages that share it.
  const titles = new Map();
  for (const one of packages) {
    const own = modules.filter((module) => packageOf(module) === one);
    const { title, text } = licenceOf(one, own);
    titles.set(text, [...(titles.get(text) ?? []), title]);
  }
  const parts = [...titles].map(([text, of]) => `${of.join('\n')}\n\n${text}\n`);
  writeFileSync(join(folder, 'LICENSES.txt'), parts.join(`\n${'-'.repeat(80)}\n\n`));
}
