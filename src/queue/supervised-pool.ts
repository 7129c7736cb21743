/** The pool at work: a queue of tasks, a few slots with worker processes, and what happens when one of them dies. */
import { GibbonError, toGibbonError } from '../base/errors.ts';
import { type Death, deathError, type KillReason } from './death.ts';
import type { FromWorker } from './messages.ts';
import type { Job, Pool, PoolOptions, Slot, Task } from './pool-types.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';
import { decodeError } from './wire-error.ts';
import { startWorkerProcess } from './worker-process.ts';

const DEFAULT_STALL_SECONDS = 120;
const MOST_TRIES = 2;
const MOST_MISSED = 3;
const GRACE_MS = 1000;

export class SupervisedPool implements Pool {
  readonly #options: PoolOptions;
  readonly #size: number;
  readonly #watchdog: Watchdog;
  readonly #slots = new Set<Slot>();
  readonly #waiting: Job[] = [];
  #jobs = 0;
  #everReady = false;
  #failedStarts = 0;
  #startError: GibbonError | undefined;
  /** Set once nothing can run here any more; every later task gets it. */
  #stopped: GibbonError | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#size = Math.max(1, Math.floor(options.size));
    this.#watchdog = createWatchdog(this.#slots, {
      stallSeconds: options.stallSeconds ?? DEFAULT_STALL_SECONDS,
      memoryBytes: options.memoryBytes,
      condemn: (slot, reason) => this.#kill(slot, reason),
    });
    if (options.signal?.aborted) this.#onAbort();
    else options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  run<T>(task: Task, onProgress: (progress: unknown) => void = () => {}, onCheckpoint: (value: unknown) => void = () => {}): Promise<T> {
    const result = new Promise<T>((resolve, reject) => {
      if (this.#stopped) return reject(this.#stopped);
      const id = this.#jobs++;
      this.#waiting.push({
        id,
        task,
        onProgress,
        onCheckpoint,
        resolve: resolve as (value: unknown) => void,
        reject,
        resumed: undefined,
        tries: 0,
        missed: 0,
      });
    });
    // Callers start many tasks and await them one by one: a failure that is not awaited yet must not end our process.
    result.catch(() => {});
    this.#pump();
    return result;
  }

  async close(): Promise<void> {
    this.#stop(new GibbonError('E_ABORTED', 'The workers were closed before this task was finished.'));
    const slots = [...this.#slots];
    for (const { worker } of slots) worker.send({ type: 'end' });
    const force = setTimeout(() => {
      for (const slot of slots) slot.worker.kill({ kind: 'ended' });
    }, GRACE_MS);
    await Promise.all(slots.map((slot) => slot.worker.gone));
    clearTimeout(force);
  }

  readonly #onAbort = (): void => {
    this.#stop(new GibbonError('E_ABORTED', 'Stopped on request.', { cause: this.#options.signal?.reason }));
    for (const slot of this.#slots) this.#kill(slot, { kind: 'ended' });
  };

  /** Rejects everything now and later; the workers are left to the caller. */
  #stop(error: GibbonError): void {
    this.#stopped ??= error;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    for (const job of this.#waiting.splice(0)) job.reject(error);
    for (const slot of this.#slots) {
      slot.state = 'dying';
      slot.job?.reject(error);
      slot.job = undefined;
    }
  }

  /** Gives waiting tasks to idle workers and starts the workers that are missing. */
  #pump(): void {
    if (this.#stopped) return;
    for (const slot of this.#slots) if (slot.state === 'idle') this.#assignNext(slot);
    const starting = [...this.#slots].filter((slot) => slot.state === 'starting').length;
    const missing = Math.min(this.#waiting.length - starting, this.#size - this.#slots.size);
    for (let i = 0; i < missing && this.#mayStart(); i++) this.#start();
    if (this.#slots.size === 0 && this.#waiting.length > 0) this.#giveUp();
  }

  #mayStart(): boolean {
    return this.#failedStarts < MOST_TRIES;
  }

  #assignNext(slot: Slot): void {
    // A retry wants a fresh worker, whose start is under way, unless none can be started any more.
    const index = this.#waiting.findIndex((job) => job.tries === 0 || slot.tasksTaken === 0 || !this.#mayStart());
    const job = this.#waiting[index];
    if (job === undefined) return;
    this.#waiting.splice(index, 1);
    const { kind, payload } = job.task;
    try {
      slot.worker.send({ type: 'task', id: job.id, kind, payload, resumed: job.resumed });
    } catch (thrown) {
      job.reject(toGibbonError(thrown));
      this.#assignNext(slot);
      return;
    }
    slot.state = 'busy';
    slot.job = job;
    slot.heard = false;
    slot.silentSeconds = 0;
    slot.tasksTaken++;
    job.tries++;
  }

  #start(): void {
    const worker = startWorkerProcess(this.#options.entry, {
      message: (message) => this.#onMessage(slot, message),
      death: (death) => this.#onDeath(slot, death),
      line: (line) => this.#options.log?.(`worker ${worker.pid ?? '?'}: ${line}`),
    });
    const slot: Slot = { worker, state: 'starting', wasReady: false, job: undefined, tasksTaken: 0, heard: false, silentSeconds: 0 };
    this.#slots.add(slot);
    this.#watchdog.start();
  }

  /** No worker is left and none can be started. */
  #giveUp(): void {
    const error = this.#startError ?? new GibbonError('E_WORKER_DIED', 'No worker process could be started.');
    if (this.#everReady) {
      // The cause may pass, so only what waits now is lost.
      this.#failedStarts = 0;
      for (const job of this.#waiting.splice(0)) job.reject(error);
    } else this.#stop(error);
  }

  #onMessage(slot: Slot, message: FromWorker): void {
    slot.silentSeconds = 0;
    if (slot.state === 'starting') this.#onStartMessage(slot, message);
    // Also from a dying worker: what it sent before it was killed still counts.
    else if ('id' in message && message.id === slot.job?.id) this.#onTaskMessage(slot, slot.job, message);
  }

  #onStartMessage(slot: Slot, message: FromWorker): void {
    if (message.type === 'hello') this.#sendInit(slot);
    else if (message.type === 'init-failed') this.#onInitFailed(slot, decodeError(message.error));
    else if (message.type === 'ready') {
      this.#everReady = true;
      this.#failedStarts = 0;
      slot.wasReady = true;
      slot.state = 'idle';
      this.#pump();
    }
  }

  #sendInit(slot: Slot): void {
    try {
      slot.worker.send({ type: 'init', init: this.#options.init });
    } catch (thrown) {
      this.#onInitFailed(slot, toGibbonError(thrown));
    }
  }

  /** What `onInit` throws, it would throw again. */
  #onInitFailed(slot: Slot, error: GibbonError): void {
    this.#failedStarts = MOST_TRIES;
    this.#startError = error;
    this.#kill(slot, { kind: 'ended' });
  }

  #onTaskMessage(slot: Slot, job: Job, message: FromWorker): void {
    slot.heard = true;
    if (message.type === 'checkpoint') this.#onCheckpoint(job, message.value);
    else if (message.type === 'progress') this.#onProgress(slot, job, message.value);
    else if (message.type === 'result' || message.type === 'error') {
      slot.job = undefined;
      if (slot.state === 'busy') slot.state = 'idle';
      if (message.type === 'result') job.resolve(message.value);
      else job.reject(decodeError(message.error));
      this.#pump();
    }
  }

  #onCheckpoint(job: Job, value: unknown): void {
    job.resumed = value;
    job.onCheckpoint(value);
  }

  #onProgress(slot: Slot, job: Job, value: unknown): void {
    try {
      job.onProgress(value);
    } catch (thrown) {
      job.reject(toGibbonError(thrown));
      slot.job = undefined;
      this.#kill(slot, { kind: 'ended' });
    }
  }

  #onDeath(slot: Slot, death: Death): void {
    this.#slots.delete(slot);
    if (this.#slots.size === 0) this.#watchdog.stop();
    if (slot.job !== undefined) this.#onJobLost(slot.job, slot.heard, death);
    else if (!slot.wasReady && death.reason?.kind !== 'ended') this.#onStartFailed(death);
    this.#pump();
  }

  #onJobLost(job: Job, heard: boolean, death: Death): void {
    if (!heard && death.reason === undefined && job.missed < MOST_MISSED) {
      job.missed++;
      job.tries--;
    }
    if (job.tries < MOST_TRIES) this.#waiting.unshift(job);
    else job.reject(deathError(`The task "${job.task.key ?? job.task.kind}"`, death, job.tries));
  }

  #onStartFailed(death: Death): void {
    this.#failedStarts++;
    this.#startError = deathError('The start of a worker', death, this.#failedStarts);
  }

  #kill(slot: Slot, reason: KillReason): void {
    slot.state = 'dying';
    slot.worker.kill(reason);
  }
}
