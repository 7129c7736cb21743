/** Runs many mutated models in processes that are replaced when one dies, hangs or takes too much memory, and adds up what came of them. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residentBytes } from '../../../src/queue/resident-memory.ts';
import type { FromChild } from './child.ts';
import type { Outcome, Stage } from './stages.ts';

/** The longest that one model may take, on a machine that may be busy. */
const LIMIT_MS = 60_000;
const MEMORY = 4 * 2 ** 30;

export interface Ended {
  readonly index: number;
  readonly stage: Stage | undefined;
  readonly how: string;
}

export interface Fuzzing {
  readonly outcomes: readonly Outcome[];
  /** Models that ended their process, or had to be ended. */
  readonly ended: readonly Ended[];
}

/** Models `from` to `from + count`, in `processes` processes. */
export async function fuzz(from: number, count: number, processes: number, onDone: (done: number) => void = () => {}): Promise<Fuzzing> {
  const outcomes: Outcome[] = [];
  const ended: Ended[] = [];
  let next = from;
  const worker = async (): Promise<void> => {
    let child: Child | undefined;
    while (next < from + count) {
      const index = next++;
      child ??= await Child.start();
      const result = await child.run(index);
      if ('results' in result) outcomes.push(result);
      else {
        ended.push(result);
        child = undefined;
      }
      onDone(outcomes.length + ended.length);
    }
    child?.stop();
  };
  await Promise.all(Array.from({ length: processes }, worker));
  return { outcomes, ended };
}

class Child {
  readonly #process: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'gibbon-fuzz-'));

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  static async start(): Promise<Child> {
    const child = fork(join(import.meta.dirname, 'child.ts'), [], {
      execArgv: ['--import', 'jiti/register', '--max-old-space-size=2048'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await new Promise((done, failed) => {
      child.once('message', done);
      child.once('exit', failed);
    });
    return new Child(child);
  }

  run(index: number): Promise<Outcome | Ended> {
    let stage: Stage | undefined;
    let killed: string | undefined;
    const started = performance.now();
    const watch = setInterval(() => {
      const memory = residentBytes(this.#process.pid as number) ?? 0;
      if (performance.now() - started > LIMIT_MS) killed = `took more than ${LIMIT_MS / 1000} s`;
      else if (memory > MEMORY) killed = 'took more than 4 GiB';
      if (killed) this.#process.kill('SIGKILL');
    }, 100);
    return new Promise<Outcome | Ended>((done) => {
      this.#process.on('message', (message: FromChild) => {
        if ('outcome' in message) done(message.outcome);
        else stage = message.stage;
      });
      this.#process.once('exit', (code, signal) => {
        rmSync(this.#folder, { recursive: true, force: true });
        done({ index, stage, how: killed ?? `${signal ?? `exit code ${code}`}` });
      });
      this.#process.send({ index, folder: this.#folder });
    }).finally(() => {
      clearInterval(watch);
      this.#process.removeAllListeners();
    });
  }

  stop(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    this.#process.disconnect();
  }
}

/** Every different message of results that begin like this, and models that give it. */
export function messages({ outcomes }: Fuzzing, like: RegExp): string[] {
  const seen = new Map<string, string>();
  for (const { index, seed, results } of outcomes)
    for (const [stage, code] of Object.entries(results))
      if (like.test(code)) seen.set(code, `${seen.get(code) ?? ''} ${stage} ${seed} ${index}`.slice(0, 200));
  return [...seen].map(([code, where]) => `${code}:${where}`);
}

/** How often each stage came to each code. */
export function table({ outcomes, ended }: Fuzzing): string {
  const counts = new Map<string, number>();
  const add = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { results } of outcomes) for (const [stage, code] of Object.entries(results)) add(`${stage}: ${code.split(':')[0]}`);
  for (const { stage, how } of ended) add(`${stage}: process ended (${how})`);
  return [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, count]) => `${String(count).padStart(7)}  ${key}`)
    .join('\n');
}
