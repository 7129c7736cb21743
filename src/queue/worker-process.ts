/** One worker process: started, spoken to, killed, and reported dead exactly once, after everything it said has been read. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Death, KillReason } from './death.ts';
import { createLastLines, type LastLines } from './last-lines.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** A grandchild may hold the pipes open, a process in the kernel may outlive SIGKILL: after this long we stop waiting. */
const PATIENCE_MS = 3000;

export interface WorkerEvents {
  message(message: FromWorker): void;
  death(death: Death): void;
  /** A line that it printed, on stdout or stderr. */
  line(line: string): void;
}

export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Settles once the process is gone, after `death`; never rejects. */
  readonly gone: Promise<void>;
  /** @throws what cannot be cloned; a worker that is already gone is no error. */
  send(message: ToWorker): void;
  kill(reason: KillReason): void;
}

export function startWorkerProcess(entry: URL, events: WorkerEvents): WorkerProcess {
  const output = createLastLines(events.line);
  let killedFor: KillReason | undefined;
  let finish: (exitCode: number | null, signal: string | null) => void = () => {};
  const gone = new Promise<void>((resolve) => {
    finish = (exitCode, signal) => {
      finish = () => {};
      events.death({ reason: killedFor, exitCode, signal, lines: output.lines });
      resolve();
    };
  });
  const end = (exitCode: number | null, signal: string | null): void => finish(exitCode, signal);
  const child = tryFork(entry, output, end);
  child?.on('message', (message) => events.message(message as FromWorker));
  return {
    pid: child?.pid,
    gone,
    send(message) {
      if (child?.connected) child.send(message, () => {});
    },
    kill(reason) {
      if (killedFor !== undefined) return;
      killedFor = reason;
      child?.kill('SIGKILL');
      void delay(PATIENCE_MS, undefined, { ref: false }).then(() => end(null, 'SIGKILL'));
    },
  };
}

/** A worker's numbers lie in typed arrays outside the heap: V8's default room for short-lived objects would stay empty, some 30 MB of it. */
const EXEC_ARGV = ['--max-semi-space-size=2'];

type End = (exitCode: number | null, signal: string | null) => void;

function tryFork(entry: URL, output: LastLines, end: End): ChildProcess | undefined {
  try {
    // execArgv: our own --inspect, --test or --input-type must not reach the worker (NODE_OPTIONS does).
    const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: EXEC_ARGV });
    for (const stream of [child.stdout, child.stderr]) readLines(stream, output);
    watchEnd(child, output, end);
    return child;
  } catch (thrown) {
    startFailed(thrown, output, end);
    return undefined;
  }
}

function readLines(stream: NodeJS.ReadableStream | null | undefined, output: LastLines): void {
  const splitter = output.splitter();
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => splitter.write(text));
  stream?.on('end', () => splitter.end());
  stream?.on('error', () => {});
}

function watchEnd(child: ChildProcess, output: LastLines, end: End): void {
  // 'exit' may come before the last messages and lines are read, 'close' comes after them.
  child.once('close', end);
  child.once('exit', (exitCode, signal) => {
    void delay(PATIENCE_MS, undefined, { ref: false }).then(() => end(exitCode, signal));
  });
  child.on('error', (error) => {
    if (child.pid === undefined) startFailed(error, output, end);
  });
}

function startFailed(thrown: unknown, output: LastLines, end: End): void {
  output.splitter().write(`${String(thrown)}\n`);
  setImmediate(() => end(null, null));
}
