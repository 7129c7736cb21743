// Packs Gibbon, installs the tarball into an empty folder with npm 10 and npm 11 as a stranger would, and runs it there.
// Usage: node scripts/check-package.mjs [command to give gibbon …]     (default: --version)
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NPM_VERSIONS = ['10', '11'];
const root = fileURLToPath(new URL('..', import.meta.url));
const command = process.argv.length > 2 ? process.argv.slice(2) : ['--version'];
const work = mkdtempSync(join(tmpdir(), 'gibbon-package-'));

/** No npm_config_* of the calling npm, no ONNXRUNTIME_*, no user npmrc: what works here works for a stranger. */
function cleanEnvironment(extraPath) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NPM_|ONNXRUNTIME_|GIBBON_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: [extraPath, process.env.PATH].join(delimiter),
    npm_config_userconfig: join(work, 'none.npmrc'),
  };
}

function run(file, args, cwd, env) {
  return execFileSync(file, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  }).trim();
}

try {
  const tarball = join(work, run('npm', ['pack', '--silent', '--pack-destination', work], root, process.env).split('\n').at(-1));
  for (const version of NPM_VERSIONS) {
    const tool = join(work, `npm-${version}`);
    run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', tool, `npm@${version}`], work, process.env);
    const env = cleanEnvironment(join(tool, 'node_modules/.bin'));
    const empty = join(work, `empty-${version}`);
    mkdirSync(empty);
    run('npm', ['install', '--no-audit', '--no-fund', tarball], empty, env);
    const said = run('npx', ['--no-install', 'gibbon', ...command], empty, env);
    process.stdout.write(
      `npm ${run('npm', ['--version'], empty, env)}: installed, gibbon ${command.join(' ')} says: ${said.split('\n').at(-1)}\n`,
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
