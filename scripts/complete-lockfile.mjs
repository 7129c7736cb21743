// Adds to package-lock.json the other platforms' optional packages that npm left out, because npm 11's `npm ci` refuses a lockfile without them.
// npm leaves them out where a registry mirror does not carry them, or where node_modules existed before (npm/cli#4828). Run after each `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';

const LOCKFILE = new URL('../package-lock.json', import.meta.url);
const OS = { android: 'android', darwin: 'darwin', freebsd: 'freebsd', linux: 'linux', openharmony: 'openharmony', win32: 'win32' };
const CPU = { arm: 'arm', arm64: 'arm64', ia32: 'ia32', ppc64: 'ppc64', riscv64: 'riscv64', s390x: 's390x', x64: 'x64' };
const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** Platform fields from a name such as `@oxc-parser/binding-linux-arm-musleabihf`; undefined when the name does not say its platform. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const find = (table) => words.map((word) => table[word]).find(Boolean);
  const [os, cpu, libc] = [find(OS), find(CPU), find(LIBC)];
  if (!os || !cpu) return undefined;
  return { os: [os], cpu: [cpu], ...(os === 'linux' && libc ? { libc: [libc] } : {}) };
}

const lock = JSON.parse(readFileSync(LOCKFILE, 'utf8'));
const added = [];
for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const platform = platformOf(name);
    if (key in lock.packages || !platform || !/^\d/.test(version)) continue;
    lock.packages[key] = { version, ...platform, ...(owner.dev ? { dev: true } : {}), optional: true };
    added.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
if (added.length > 0) writeFileSync(LOCKFILE, `${JSON.stringify(lock, null, 2)}\n`);
process.stderr.write(`package-lock.json: ${added.length} platform packages added\n`);
