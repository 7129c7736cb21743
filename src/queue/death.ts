/** Why a worker process is gone, and the error that tells it. */
import { GibbonError } from '../base/errors.ts';

/** Why the pool itself ended a worker. */
export type KillReason =
  | { kind: 'hung'; seconds: number }
  | { kind: 'memory'; bytes: number; limit: number }
  /** Nobody waits for it any more. */
  | { kind: 'ended' };

export interface Death {
  /** Undefined: it went by itself, or something outside the pool killed it. */
  reason: KillReason | undefined;
  exitCode: number | null;
  signal: string | null;
  /** The last lines it printed. */
  lines: readonly string[];
}

/** The error for a task (or a start) that lost its worker `times` times in a row. */
export function deathError(what: string, death: Death, times: number): GibbonError {
  const hint = [advice(death), ...lastWords(death.lines)].join('\n');
  const code = death.reason?.kind === 'hung' ? 'E_WORKER_HUNG' : 'E_WORKER_DIED';
  return new GibbonError(code, `${what} was given up after ${times} ${times === 1 ? 'try' : 'tries'}: ${describeDeath(death)}.`, { hint });
}

/** A clause such as "its worker process was ended by SIGSEGV". */
export function describeDeath(death: Death): string {
  const { reason, signal, exitCode } = death;
  if (reason?.kind === 'hung') return `its worker process made no progress for ${reason.seconds} s and was killed`;
  if (reason?.kind === 'memory') {
    return `its worker process used ${megabytes(reason.bytes)} MB of memory, more than the ${megabytes(reason.limit)} MB allowed, and was killed`;
  }
  if (signal !== null) return `its worker process was ended by ${signal}`;
  return exitCode === null ? 'its worker process could not be started' : `its worker process ended with exit code ${exitCode}`;
}

function advice({ reason, signal, exitCode }: Death): string {
  if (reason?.kind === 'hung') return 'One step of this task takes too long or never ends: try a smaller batch, or allow a longer step.';
  if (reason?.kind === 'memory') return 'Try a smaller batch or fewer workers.';
  if (signal === 'SIGKILL') return 'The system may have run out of memory: try fewer workers or a smaller batch.';
  if (signal !== null) return 'Native code crashed, most likely ONNX Runtime on this model.';
  return exitCode === null ? 'The system may be out of processes, file handles or memory.' : 'What it printed before may say why.';
}

function lastWords(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['Its last output:', ...lines.map((line) => `  ${line}`)];
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
