/** Runs one attack of an audit over the workers and collects what came of every example. */

import { attackOf } from '../attacks/registry.ts';
import type { Reporter, Workers } from './ports.ts';
import { shards } from './shards.ts';
import type { AttackOrder, AttackReply, Subject } from './subject.ts';

export interface Ran {
  readonly replies: ReadonlyMap<number, AttackReply>;
  /** CPU seconds over all workers. */
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** When the first graph run of the attack was over (milliseconds since the epoch); undefined where none ran. */
  readonly firstStepAt: number | undefined;
}

export interface AttackRun {
  readonly subject: Subject;
  readonly items: AttackOrder['items'];
  readonly attack: AttackOrder['attack'];
  /** Examples that a label-only attack may start from. */
  readonly starts?: AttackOrder['items'];
  readonly batch?: number | undefined;
  readonly save?: string | undefined;
}

export async function runAttack(workers: Workers, reporter: Reporter, run: AttackRun): Promise<Ran> {
  const started = performance.now();
  const starts = attackOf(run.attack.id).aim === 'minimal' ? (run.starts ?? []) : [];
  const orders = shards(run.items, workers).map(
    (items): AttackOrder => ({ subject: run.subject, attack: run.attack, items, starts, batch: run.batch, save: run.save }),
  );
  const parts = await Promise.all(
    orders.map((order) =>
      workers.run<{ replies: AttackReply[]; cpuSeconds: number; firstStepAt: number | undefined }>('attack', order, (done) =>
        reporter.advance(Number(done)),
      ),
    ),
  );
  return {
    replies: new Map(parts.flatMap(({ replies }) => replies.map((reply): [number, AttackReply] => [reply.index, reply]))),
    cpuSeconds: parts.reduce((sum, part) => sum + part.cpuSeconds, 0),
    seconds: (performance.now() - started) / 1000,
    firstStepAt: parts.reduce<number | undefined>(
      (first, { firstStepAt: at }) => (at === undefined ? first : Math.min(at, first ?? at)),
      undefined,
    ),
  };
}
