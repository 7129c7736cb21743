/** The entry of Gibbon's worker processes: the kinds of work that an audit asks for. */

import type { RowOrder, SingleOrder } from '../audit/asking.ts';
import { type Expectation, expect } from '../audit/expect.ts';
import { inspect } from '../audit/inspect.ts';
import { pictures } from '../audit/pictures.ts';
import { prepare } from '../audit/prepare.ts';
import { remoteClients } from '../audit/remote/clients.ts';
import type { AttackOrder, AttackReply, LookOrder, PictureOrder } from '../audit/subject.ts';
import type { AnyTask, RowReply, TaskTools } from '../audit/task.ts';
import { TASKS } from '../audit/tasks/registry.ts';
import { attack, opener } from '../audit/work.ts';
import { GibbonError } from '../base/errors.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { sharing } from '../runtime/sharing.ts';
import { watched } from '../runtime/watched.ts';
import { serveTasks, type TaskContext, type TaskHandler } from './serve.ts';

/** The task at work; a worker has one at a time. */
let alive = (): void => {};
const runtime = sharing(watched(ortNode, () => alive()));
const { clients, begin } = remoteClients(() => alive());
const open = opener(runtime, clients);

/** Kinds of work that may ask an endpoint. */
const ASKS = { prepare: 'look', attack: 'work', rows: 'work', single: 'work' } as const;

const toolsOf = (context: TaskContext): TaskTools => ({
  open,
  runtime,
  progress: (done) => context.progress(done),
  alive: () => context.alive(),
});

function taskOf<S extends AnyTask['shape']>(kind: string, shape: S): Extract<AnyTask, { shape: S }> {
  const task = TASKS.get(kind);
  if (task?.shape !== shape) throw new GibbonError('E_INTERNAL', `No work of the kind "${kind}" is known to the worker.`);
  return task as Extract<AnyTask, { shape: S }>;
}

const handlers: Record<string, TaskHandler> = {
  prepare: (payload) => prepare(payload as LookOrder, runtime, clients),
  warm: async () => undefined,
  expect: (payload) => expect(payload as Expectation, runtime, open),
  inspect: (payload) => inspect((payload as { model: string }).model, runtime),
  attack: async (payload, context) => {
    const order = payload as AttackOrder;
    const from = process.cpuUsage();
    let firstStepAt: number | undefined;
    const { replies, isSpent } = await attack(await open(order.subject), order, {
      onProgress: (done) => context.progress(done),
      onStep: () => {
        firstStepAt ??= Date.now();
        context.alive();
      },
      resumed: context.resumed as readonly AttackReply[] | undefined,
      checkpoint: (value) => context.checkpoint(value),
    });
    const { user, system } = process.cpuUsage(from);
    return { replies, cpuSeconds: (user + system) / 1e6, firstStepAt, isSpent };
  },
  rows: async (payload, context) => {
    const { kind, common, items } = payload as RowOrder;
    const rows = [...((context.resumed as RowReply[] | undefined) ?? [])];
    const done = new Set(rows.map(({ index }) => index));
    context.progress(rows.length);
    const finished = async (made: readonly RowReply[]): Promise<void> => {
      rows.push(...made);
      context.progress(made.length);
      await context.checkpoint(rows);
    };
    const left = items.filter(({ index }) => !done.has(index));
    await taskOf(kind, 'rows').run(common, left, { ...toolsOf(context), progress: () => {}, finished });
    return rows;
  },
  single: async (payload, context) => {
    const { kind, payload: given } = payload as SingleOrder;
    return taskOf(kind, 'single').run(given, toolsOf(context));
  },
  pictures: async (payload) => {
    const order = payload as PictureOrder;
    return pictures(await open(order.subject), order);
  },
};

serveTasks(
  Object.fromEntries(
    Object.entries(handlers).map(([kind, handler]): [string, TaskHandler] => [
      kind,
      (payload, context) => {
        alive = () => context.alive();
        if (kind in ASKS) begin(ASKS[kind as keyof typeof ASKS]);
        return handler(payload, context);
      },
    ]),
  ),
);
