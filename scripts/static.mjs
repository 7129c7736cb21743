// What can be said of the sources without running them: types, lint, rooms, unused code, stale pages. Side by side, each with its own output at its end.
import { spawn } from 'node:child_process';

const STEPS = ['types', 'lint', 'deps', 'unused', 'fresh'];

function run(step) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', step], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.on('close', (code) => resolve({ step, code, said }));
  });
}

let failed = false;
await Promise.all(
  STEPS.map(async (step) => {
    const { code, said } = await run(step);
    process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${step}\n${code === 0 ? '' : said}`);
    failed ||= code !== 0;
  }),
);
process.exitCode = failed ? 1 : 0;
