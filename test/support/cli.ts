/** Runs the real command line in a process of its own, and helps tests to lay out files for it. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { allMetrics } from '../../src/audit/check-result.ts';
import { canHave } from '../../src/audit/checks/figures.ts';
import { CHECKS } from '../../src/audit/checks/registry.ts';
import { type AuditResult, auditResult } from '../../src/audit/result.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/gibbon.js');

/** What ships with the package, and what `npm run build` puts beside it. */
export const DEMO = {
  natural: join(ROOT, 'models/mnist-natural.onnx'),
  adversarial: join(ROOT, 'models/mnist-adversarial.onnx'),
  images: join(ROOT, 'dist/demo/mnist-t10k-images-idx3-ubyte'),
  labels: join(ROOT, 'dist/demo/mnist-t10k-labels-idx1-ubyte'),
} as const;

/** For tests that are about attacks, or about how an audit runs, and not about what else there is to check. */
export const ATTACKS_ONLY = ['--only', 'evasion,noise-baseline'] as const;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Folder that the command ran in. */
  readonly cwd: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called once the process runs, with its id and a way to be told of each piece of stderr. */
  readonly during?: (pid: number, onText: (listener: (text: string) => void) => void) => void;
}

/** A fresh folder that nobody else uses, and that is gone when the tests are over (./temporary.ts). */
export const scratch = (): string => mkdtempSync(join(tmpdir(), 'gibbon-e2e-'));

/** Runs `gibbon …args` to its end, in a fresh folder unless one is given. */
export function gibbon(args: readonly string[], { env = {}, cwd = scratch(), during }: RunOptions = {}): Promise<Ended> {
  if (!existsSync(join(ROOT, 'dist/cli/main.js'))) throw new Error('dist/ is missing: run `npm run build` before the end-to-end tests');
  const started = performance.now();
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', CI: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const listeners: ((text: string) => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const listener of listeners) listener(text);
  });
  during?.(child.pid as number, (listener) => listeners.push(listener));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done({ code, stdout, stderr, seconds: (performance.now() - started) / 1000, cwd }));
  });
}

/** The folder of the only run that was begun here; a path that does not exist where there is none. */
export function runFolder(cwd: string): string {
  const runs = join(cwd, '.gibbon/runs');
  return join(runs, existsSync(runs) ? (readdirSync(runs)[0] ?? 'none') : 'none');
}

/** The JSON result of a run folder, held against its schema and against what its checks declare. */
export function resultIn(folder: string): AuditResult {
  const result = auditResult.parse(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')));
  assertDeclared(result);
  return result;
}

/** A gate on a figure that no check declares is refused, so all figures have to be declared. */
export function assertDeclared({ checks }: Pick<AuditResult, 'checks'>): void {
  for (const found of checks) {
    const check = CHECKS.find(({ id }) => id === found.id);
    const unknown = Object.keys(allMetrics(found)).find((name) => !check || !canHave(check, name));
    if (unknown !== undefined) throw new Error(`the check ${found.id} has the figure ${unknown}, which it does not declare`);
  }
}

/** Writes a file below a folder, making the folders on its way. */
export function put(folder: string, path: string, content: string | Uint8Array): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** Ids of the processes that this one has started and that still run (Linux). */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Does the process exist, and not only as an entry that waits to be collected? */
export function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
