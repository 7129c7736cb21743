/** Runs the bash steps of action.yml as GitHub's runner does, in an environment that only looks like one. Steps that use other actions are passed over. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

interface Step {
  readonly id: string;
  readonly env: Readonly<Record<string, string>>;
  readonly script: string;
}

/** The steps with a script. A YAML reader would be a package for this alone; the file's own layout is enough. */
export function bashSteps(): Step[] {
  const text = readFileSync(join(ROOT, 'action.yml'), 'utf8');
  return text
    .slice(text.indexOf('  steps:\n'))
    .split(/^ {4}- /m)
    .slice(1)
    .flatMap((block) => {
      const id = /^id: (\S+)$/m.exec(block)?.[1];
      const run = /^ {6}run: (.*)$/m.exec(block);
      if (id === undefined || !run) return [];
      const env = Object.fromEntries(
        [...block.matchAll(/^ {8}([A-Z_]+): (.*)$/gm)].map((match) => [match[1] as string, match[2] as string]),
      );
      const lines =
        run[1] === '|'
          ? block
              .slice(run.index + run[0].length + 1)
              .split('\n')
              .map((line) => line.slice(8))
          : [run[1] ?? ''];
      return [{ id, env, script: lines.join('\n') }];
    });
}

/** Defaults of the inputs. */
function defaults(): Record<string, string> {
  const text = readFileSync(join(ROOT, 'action.yml'), 'utf8');
  const block = text.slice(text.indexOf('\ninputs:'), text.indexOf('\noutputs:'));
  return Object.fromEntries(
    [...block.matchAll(/^ {2}([a-z-]+):\n {4}description: .*\n {4}default: (.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace(/^(["'])(.*)\1$/, '$2'),
    ]),
  );
}

export interface ActionRun {
  /** Of the step that failed; 0 where none did. */
  readonly code: number;
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly summary: string;
  readonly log: string;
}

/** Runs the steps in `cwd`, one after the other, until one fails. */
export async function runAction(inputs: Readonly<Record<string, string>>, cwd: string): Promise<ActionRun> {
  const given: Record<string, string> = { ...defaults(), ...inputs };
  const temp = join(cwd, 'runner-temp');
  mkdirSync(temp, { recursive: true });
  const summary = join(temp, 'summary.md');
  writeFileSync(summary, '');
  const outputs: Record<string, Record<string, string>> = {};
  let [log, code] = ['', 0];
  for (const { id, env, script } of bashSteps()) {
    const output = join(temp, `output-${id}`);
    writeFileSync(output, '');
    const filled = (text: string): string =>
      text.replace(
        /\$\{\{ (inputs|steps)\.([a-z-]+)(?:\.outputs\.([a-z-]+))? \}\}/g,
        (_, from: string, name: string, of: string) => (from === 'inputs' ? given[name] : outputs[name]?.[of]) ?? '',
      );
    const values = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, filled(value)]));
    const ended = await bash(script, cwd, {
      ...values,
      GITHUB_ACTIONS: 'true',
      CI: 'true',
      GITHUB_ACTION_PATH: ROOT,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: temp,
    });
    log += ended.log;
    outputs[id] = Object.fromEntries(
      readFileSync(output, 'utf8')
        .split('\n')
        .flatMap((line) => (line.includes('=') ? [[line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]] : [])),
    );
    code = ended.code;
    if (code !== 0) break;
  }
  return { code, outputs, summary: readFileSync(summary, 'utf8'), log };
}

/** With the flags of the runner's own `shell: bash`. */
function bash(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<{ code: number; log: string }> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { cwd, env: { ...process.env, ...env } });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done({ code: code ?? 1, log }));
  });
}
