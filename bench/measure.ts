/** Runs a command and measures it from outside, the same way for every side: wall and CPU seconds and peak memory of its process tree. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Measured {
  readonly stdout: string;
  /** Seconds from start to exit; CPU seconds, user and system, children included. */
  readonly wall: number;
  readonly cpu: number;
  /** Highest sum of proportional set sizes in bytes, looked at five times a second; undefined without /proc. */
  readonly peakPss: number | undefined;
}

const LOOK_EVERY_MS = 200;

function tree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

function pss(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Rejects with the end of stderr where the command does not exit with one of `accepted`. */
export function measure(file: string, args: readonly string[], accepted: readonly number[] = [0]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const script = 'TIMEFORMAT="%R %U %S"; exec 3>&2; time "$@" 2>&3';
    const child = spawn('bash', ['-c', script, 'bash', file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let peak = 0;
    const timer = setInterval(() => {
      if (process.platform === 'linux')
        peak = Math.max(
          peak,
          tree(child.pid!).reduce((sum, pid) => sum + pss(pid), 0),
        );
    }, LOOK_EVERY_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      const [wall, user, system] = stderr.trimEnd().split('\n').at(-1)!.split(' ').map(Number) as [number, number, number];
      if (code === null || !accepted.includes(code) || !Number.isFinite(system)) {
        reject(new Error(`${file} ${args.join(' ')} ended with ${code}:\n${stderr.slice(-2000)}`));
      } else resolve({ stdout, wall, cpu: user + system, peakPss: peak || undefined });
    });
  });
}
