/** Connects an audit to the process pool, and to whoever watches it. */
import type { Reporter, Workers } from '../audit/ports.ts';
import { createProgress, type Progress, type ProgressSink } from '../base/progress.ts';
import { memoryPerWorker, workersThatFit } from '../queue/cpus.ts';
import { createPool } from '../queue/pool.ts';
import { WORKER_ENTRY } from '../queue/worker-entry.ts';

/** What a worker is expected to need at most; the pool starts fewer where memory is short. */
const WORKER_BYTES = 1.5e9;
/** The longest that a single graph run may take before its worker counts as hung; tests shorten it. */
const STALL_SECONDS = Number(process.env.GIBBON_STALL_SECONDS) || 300;
/** The most resident memory of one worker, in MiB; by default its share of what is free. */
const MEMORY_MIB = Number(process.env.GIBBON_MEMORY_MIB) || undefined;

export interface Crew extends Workers {
  close(): Promise<void>;
}

/** Where progress and lines for people go: a terminal's bar, a program's callbacks. */
export interface Audience extends ProgressSink {
  line(text: string): void;
}

export interface Hiring {
  /** Worker processes; one per CPU that memory allows when undefined. */
  readonly size: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly audience: Audience;
}

export function hire({ size, signal, audience }: Hiring): Crew {
  const count = size ?? workersThatFit({ bytesPerWorker: WORKER_BYTES });
  const pool = createPool({
    entry: WORKER_ENTRY,
    init: undefined,
    size: count,
    stallSeconds: STALL_SECONDS,
    memoryBytes: MEMORY_MIB ? MEMORY_MIB * 2 ** 20 : Math.max(WORKER_BYTES, memoryPerWorker(count)),
    ...(signal && { signal }),
    log: (line) => audience.line(line),
  });
  // The other workers load the runtime while the first one looks at model and data; should that fail, the real work will say so.
  for (let i = 1; i < count; i++) void pool.run({ kind: 'warm', payload: undefined }).catch(() => {});
  return {
    size: count,
    run: (kind, payload, onProgress, onCheckpoint) => pool.run({ kind, payload }, onProgress, onCheckpoint),
    close: () => pool.close(),
  };
}

/** Tells an audience of each phase's progress, and notes as lines. */
export function narrator(audience: Audience): Reporter & { end(): void } {
  let progress: Progress | undefined;
  return {
    phase: (label, total) => {
      progress = createProgress(total, { label });
      audience.update(progress.snapshot());
    },
    advance: (units) => {
      if (!progress) return;
      progress.advance(units);
      audience.update(progress.snapshot());
    },
    note: (line) => audience.line(line),
    end: () => audience.done(),
  };
}
