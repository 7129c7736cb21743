/** The worker's side of the pool: an entry module calls `serveTasks` once, and lives until the pool or the parent process ends it. */
import { GibbonError } from '../base/errors.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { endWithParent } from './parent-watch.ts';
import { encodeError } from './wire-error.ts';

/** What a task may tell the pool while it runs. Each call also says "still alive": the pool kills a task that stays silent for `stallSeconds`. */
export interface TaskContext {
  /** The value last given to `checkpoint` by a try whose worker died, undefined on a first try. */
  readonly resumed: unknown;
  progress(value: unknown): void;
  /** Cheap: may be called in a tight loop. */
  alive(): void;
  /** Keeps a value for the retry. Small values are on their way when this returns; await it before a long synchronous step if the value is large. */
  checkpoint(value: unknown): Promise<void>;
}

/** The payload has crossed a process border: arrays of numbers and plain objects, no functions or class instances. So must the result. */
export type TaskHandler = (payload: unknown, context: TaskContext) => Promise<unknown>;

const ALIVE_EVERY_MS = 100;

/** Answers the pool's tasks by their kind, one at a time, after `onInit` has seen the pool's `init`. What a handler throws rejects its task and no other. */
export function serveTasks(handlers: Record<string, TaskHandler>, onInit: (init: unknown) => Promise<void> = async () => {}): void {
  endWithParent();
  // Ctrl-C reaches the whole process group; the parent decides what it means.
  process.on('SIGINT', () => {});
  process.on('message', (message: ToWorker) => {
    if (message.type === 'end') process.exit(0);
    else if (message.type === 'init') void prepare(onInit, message.init);
    else void perform(handlers, message);
  });
  void send({ type: 'hello' });
}

async function prepare(onInit: (init: unknown) => Promise<void>, init: unknown): Promise<void> {
  try {
    await onInit(init);
    await send({ type: 'ready' });
  } catch (thrown) {
    await send({ type: 'init-failed', error: encodeError(thrown) });
  }
}

async function perform(handlers: Record<string, TaskHandler>, task: ToWorker & { type: 'task' }): Promise<void> {
  const { id, kind, payload, resumed } = task;
  void send({ type: 'alive', id });
  try {
    const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined;
    if (handler === undefined) throw new GibbonError('E_INTERNAL', `The worker has no handler for tasks of the kind "${kind}".`);
    await send({ type: 'result', id, value: await handler(payload, contextOf(id, resumed)) });
  } catch (thrown) {
    await send({ type: 'error', id, error: encodeError(thrown) });
  }
}

function contextOf(id: number, resumed: unknown): TaskContext {
  let lastAlive = Number.NEGATIVE_INFINITY;
  return {
    resumed,
    progress(value) {
      void send({ type: 'progress', id, value });
    },
    alive() {
      const now = performance.now();
      if (now - lastAlive < ALIVE_EVERY_MS) return;
      lastAlive = now;
      void send({ type: 'alive', id });
    },
    checkpoint: (value) => send({ type: 'checkpoint', id, value }),
  };
}

/** Settles once the system has taken the message. Throws at once what cannot be cloned; a parent that is gone is no error, we end with it. */
function send(message: FromWorker): Promise<void> {
  const { promise, resolve } = withResolvers();
  if (process.send === undefined || !process.connected) resolve();
  else process.send(message, undefined, undefined, () => resolve());
  return promise;
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
