/** The entry of Gibbon's worker processes: the kinds of work that an audit asks for. */
import { type Expectation, expect } from '../audit/expect.ts';
import { inspect } from '../audit/inspect.ts';
import { pictures } from '../audit/pictures.ts';
import { prepare } from '../audit/prepare.ts';
import type { AttackOrder, AttackReply, PictureOrder, Subject, SubjectSpec } from '../audit/subject.ts';
import { attack, clean, opener } from '../audit/work.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { sharing } from '../runtime/sharing.ts';
import { watched } from '../runtime/watched.ts';
import { serveTasks, type TaskHandler } from './serve.ts';

/** The task at work; a worker has one at a time. */
let alive = (): void => {};
const runtime = sharing(watched(ortNode, () => alive()));
const open = opener(runtime);

const handlers: Record<string, TaskHandler> = {
  prepare: (payload) => prepare(payload as SubjectSpec, runtime),
  warm: async () => undefined,
  expect: (payload) => expect(payload as Expectation, runtime, open),
  inspect: (payload) => inspect((payload as { model: string }).model, runtime),
  clean: async (payload, context) => {
    const { subject, indices } = payload as { subject: Subject; indices: readonly number[] };
    return clean(await open(subject), indices, (done) => context.progress(done));
  },
  attack: async (payload, context) => {
    const order = payload as AttackOrder;
    const from = process.cpuUsage();
    let firstStepAt: number | undefined;
    const replies = await attack(await open(order.subject), order, {
      onProgress: (done) => context.progress(done),
      onStep: () => {
        firstStepAt ??= Date.now();
        context.alive();
      },
      resumed: context.resumed as readonly AttackReply[] | undefined,
      checkpoint: (value) => context.checkpoint(value),
    });
    const { user, system } = process.cpuUsage(from);
    return { replies, cpuSeconds: (user + system) / 1e6, firstStepAt };
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
        return handler(payload, context);
      },
    ]),
  ),
);
