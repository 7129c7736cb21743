/** Runs one attack of an audit over the workers and collects what came of every example. */

import { join } from 'node:path';
import { attackOf } from '../attacks/registry.ts';
import type { Asking } from './asking.ts';
import type { Reporter, Workers } from './ports.ts';
import { shards } from './shards.ts';
import type { AttackOrder, AttackReply, Subject, TeacherSpec } from './subject.ts';

export interface Ran {
  readonly replies: ReadonlyMap<number, AttackReply>;
  /** CPU seconds over all workers. */
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** When the first graph run of the attack was over (milliseconds since the epoch); undefined where none ran. */
  readonly firstStepAt: number | undefined;
  /** Questions to the endpoint were used up before every example had its turn: these have no reply. */
  readonly isSpent: boolean;
  /** What the names of the files with its adversarial inputs begin with, if they are kept. */
  readonly save: string | undefined;
}

export interface AttackRun {
  readonly subject: Subject;
  readonly items: AttackOrder['items'];
  readonly attack: AttackOrder['attack'];
  /** Examples that a label-only attack may start from. */
  readonly starts?: AttackOrder['items'];
  readonly teacher?: TeacherSpec | undefined;
  readonly batch?: number | undefined;
  /** Folder that keeps the adversarial inputs, if any. */
  readonly folder?: string | undefined;
  readonly asking: Pick<Asking, 'keyOf' | 'journal'>;
}

export async function runAttack(workers: Workers, reporter: Reporter, run: AttackRun): Promise<Ran> {
  const started = performance.now();
  const { subject, attack, teacher, batch, folder, asking } = run;
  const { aim, learns } = attackOf(attack.id);
  const starts = aim === 'minimal' || learns ? (run.starts ?? []) : [];
  const key = asking.keyOf('attack', { subject, attack, starts, ...(teacher && { teacher: teacher.contents }) });
  // Inputs of another epsilon or of other parameters have another name.
  const save = folder === undefined ? undefined : join(folder, `${attack.id}-${key.slice(0, 10)}`);
  const replies = await finishedBefore(run, key);
  const left = run.items.filter(({ index }) => !replies.has(index));
  reporter.advance(run.items.length - left.length);
  const keep = async (rows: readonly AttackReply[]): Promise<void> => {
    const fresh = rows.filter(({ index }) => !replies.has(index));
    for (const row of fresh) replies.set(row.index, row);
    if (fresh.length > 0) await asking.journal?.putRows(key, fresh);
  };
  const parts = await Promise.all(
    shards(left, workers).map(async (items) => {
      const order: AttackOrder = { subject, attack, items, starts, teacher, batch, save };
      const keeping: Promise<void>[] = [];
      const part = await workers.run<Attacked>(
        'attack',
        order,
        (done) => reporter.advance(Number(done)),
        (rows) => keeping.push(keep(rows as readonly AttackReply[])),
      );
      await Promise.all([...keeping, keep(part.replies)]);
      return part;
    }),
  );
  return {
    replies,
    save,
    isSpent: parts.some((part) => part.isSpent),
    cpuSeconds: parts.reduce((sum, part) => sum + part.cpuSeconds, 0),
    seconds: (performance.now() - started) / 1000,
    firstStepAt: parts.reduce<number | undefined>(
      (first, { firstStepAt: at }) => (at === undefined ? first : Math.min(at, first ?? at)),
      undefined,
    ),
  };
}

interface Attacked {
  readonly replies: AttackReply[];
  readonly cpuSeconds: number;
  readonly firstStepAt: number | undefined;
  readonly isSpent: boolean;
}

/** What the journal holds of this attack. */
async function finishedBefore({ items, asking }: AttackRun, key: string): Promise<Map<number, AttackReply>> {
  if (!asking.journal) return new Map();
  const known = (await asking.journal.rows(key)) as ReadonlyMap<number, AttackReply>;
  return new Map(
    items.flatMap(({ index }): [number, AttackReply][] => {
      const reply = known.get(index);
      return reply ? [[index, reply]] : [];
    }),
  );
}
