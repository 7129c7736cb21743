/** What a user of the pool sees of it, and what the pool notes about tasks and workers. */
import type { GibbonError } from '../base/errors.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface PoolOptions {
  /** The module that each worker process runs; it calls `serveTasks`. */
  entry: URL;
  /** Handed to `onInit` of each worker before its first task. */
  init: unknown;
  /** The most worker processes at a time; they are started when tasks wait for them. */
  size: number;
  /** The longest that a task may go without progress: the longest single step allowed. Default 120. */
  stallSeconds?: number;
  /** The most resident memory of one worker (watched on Linux only). */
  memoryBytes?: number;
  signal?: AbortSignal;
  /** Gets each line that a worker prints, on either stream. */
  log?: (line: string) => void;
}

export interface Task {
  kind: string;
  payload: unknown;
  /** What messages call this task; default: its kind. */
  key?: string;
  stallSeconds?: number;
}

export interface Pool {
  /**
   * Runs a task in a worker process, in order of arrival. A worker that dies, hangs or outgrows its memory costs one retry from the task's last checkpoint.
   * @throws GibbonError: what the task threw (not retried); E_WORKER_DIED, E_WORKER_HUNG after the retry; E_ABORTED
   */
  run<T>(task: Task, onProgress?: (progress: unknown) => void, onCheckpoint?: (value: unknown) => void): Promise<T>;
  /** Rejects what is unfinished with E_ABORTED, asks the workers to end, kills those that do not, and returns when all are gone. */
  close(): Promise<void>;
}

/** A task on its way. */
export interface Job {
  readonly id: number;
  readonly task: Task;
  readonly onProgress: (progress: unknown) => void;
  readonly onCheckpoint: (value: unknown) => void;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: GibbonError) => void;
  /** The last checkpoint. */
  resumed: unknown;
  tries: number;
  /** How often it was given to a worker that died without having taken it up: no fault of the task, up to a point. */
  missed: number;
}

/** A worker's place in the pool, taken until its process is gone. */
export interface Slot {
  readonly worker: WorkerProcess;
  state: 'starting' | 'idle' | 'busy' | 'dying';
  wasReady: boolean;
  job: Job | undefined;
  tasksTaken: number;
  /** Its task has begun. */
  heard: boolean;
  /** How long it has owed us a sign of life. */
  silentSeconds: number;
}
