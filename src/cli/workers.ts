/** Connects an audit to the process pool and to the terminal. */
import type { Reporter, Workers } from '../audit/ports.ts';
import { createProgress, type Progress } from '../base/progress.ts';
import { memoryPerWorker, workersThatFit } from '../queue/cpus.ts';
import { createPool } from '../queue/pool.ts';
import type { ProgressBar } from './progress-bar.ts';

/** What a worker is expected to need at most; the pool starts fewer where memory is short. */
const WORKER_BYTES = 1.5e9;
/** The longest that a single graph run may take before its worker counts as hung; tests shorten it. */
const STALL_SECONDS = Number(process.env.GIBBON_STALL_SECONDS) || 300;

export interface Crew extends Workers {
  close(): Promise<void>;
}

export function hire({ size, signal, bar }: { size: number | undefined; signal: AbortSignal; bar: ProgressBar }): Crew {
  const count = size ?? workersThatFit({ bytesPerWorker: WORKER_BYTES });
  const pool = createPool({
    entry: new URL('../queue/worker.js', import.meta.url),
    init: undefined,
    size: count,
    stallSeconds: STALL_SECONDS,
    memoryBytes: Math.max(WORKER_BYTES, memoryPerWorker(count)),
    signal,
    log: (line) => bar.line(line),
  });
  // The other workers load the runtime while the first one looks at model and data; should that fail, the real work will say so.
  for (let i = 1; i < count; i++) void pool.run({ kind: 'warm', payload: undefined }).catch(() => {});
  return { size: count, run: (kind, payload, onProgress) => pool.run({ kind, payload }, onProgress), close: () => pool.close() };
}

/** Shows each phase as a bar, and notes as lines above it. */
export function narrator(bar: ProgressBar): Reporter & { end(): void } {
  let progress: Progress | undefined;
  return {
    phase: (label, total) => {
      progress = createProgress(total, { label });
      bar.update(progress.snapshot());
    },
    advance: (units) => {
      if (!progress) return;
      progress.advance(units);
      bar.update(progress.snapshot());
    },
    note: (line) => bar.line(line),
    end: () => bar.done(),
  };
}
