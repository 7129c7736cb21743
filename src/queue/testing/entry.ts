/** A worker entry for tests: tasks that succeed, fail, crash, hang and eat memory on demand. */
import { appendFileSync } from 'node:fs';
import { GibbonError } from '../../base/errors.ts';
import { serveTasks, type TaskContext } from '../serve.ts';

export interface TestInit {
  mode?: 'exit' | 'throw' | 'print';
  /** Each start of a worker adds its process id to this file. */
  starts?: string;
}

const forever = (): Promise<never> => new Promise(() => {});

/** Counts to `rows`; the first try reports its process id after `haltAt` rows and waits to be killed. */
async function countRows(payload: unknown, context: TaskContext): Promise<unknown> {
  const { rows, haltAt } = payload as { rows: number; haltAt: number };
  const kept = (context.resumed ?? []) as Float32Array[];
  const fresh: Float32Array[] = [];
  for (let row = kept.length; row < rows; row++) {
    if (context.resumed === undefined && row === haltAt) {
      context.progress({ pid: process.pid });
      await forever();
    }
    fresh.push(Float32Array.of(row, process.pid));
    await context.checkpoint([...kept, ...fresh]);
  }
  return { rows: [...kept, ...fresh], startedAt: kept.length };
}

/** Steps without a turn of the event loop, as the engine's synchronous runs are. */
async function busySteps(payload: unknown, context: TaskContext): Promise<string> {
  const { steps, stepMs } = payload as { steps: number; stepMs: number };
  for (let i = 0; i < steps; i++) {
    const until = performance.now() + stepMs;
    while (performance.now() < until);
    context.alive();
  }
  return 'done';
}

/** A large checkpoint, then death in the same breath. */
async function dieAfterCheckpoint(payload: unknown, context: TaskContext): Promise<unknown> {
  if (context.resumed !== undefined) return (context.resumed as Uint8Array).length;
  await context.checkpoint(new Uint8Array((payload as { bytes: number }).bytes));
  process.kill(process.pid, 'SIGKILL');
  return forever();
}

async function eatMemory(): Promise<never> {
  const eaten: Buffer[] = [];
  for (let i = 0; i < 40; i++) {
    eaten.push(Buffer.alloc(10 * 2 ** 20, 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await forever();
  throw new Error(String(eaten.length));
}

serveTasks(
  {
    double: async (payload) => (payload as number) * 2,
    pid: async () => process.pid,
    'count-rows': countRows,
    'busy-steps': busySteps,
    'die-after-checkpoint': dieAfterCheckpoint,
    'eat-memory': eatMemory,
    wait: async (_, context) => {
      context.progress({ pid: process.pid });
      return forever();
    },
    spin: async (_, context) => {
      context.progress({ pid: process.pid });
      for (;;);
    },
    crash: async () => {
      process.stderr.write('tensor \u001b[31mon fire\u001b[0m\n');
      process.exit(7);
    },
    refuse: async () => {
      throw new GibbonError('E_DATA_SHAPE', 'Wrong shape.', { hint: 'Turn it round.', cause: new RangeError('3 is not 4') });
    },
    'type-error': async () => {
      throw new TypeError('x is not a function');
    },
    'not-cloneable': async () => () => 1,
  },
  async (init) => {
    const { mode, starts } = init as TestInit;
    if (starts !== undefined) appendFileSync(starts, `${process.pid}\n`);
    if (mode === 'print') process.stdout.write('on stdout\n');
    if (mode === 'exit') process.exit(3);
    if (mode === 'throw') throw new GibbonError('E_MODEL_LOAD', 'No such operator.', { hint: 'Export it again.' });
  },
);
