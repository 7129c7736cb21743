/** Asks workers for work, and the journal first: what it holds is not computed again. */
import { createHash } from 'node:crypto';
import type { Journal, Reporter, Workers } from './ports.ts';
import { shards } from './shards.ts';
import type { Prepared, Subject } from './subject.ts';
import type { RowItem, RowReply, RowTask, SingleTask } from './task.ts';

/** What a row order looks like on its way to a worker. */
export interface RowOrder {
  readonly kind: string;
  readonly common: unknown;
  readonly items: readonly RowItem[];
}

export interface SingleOrder {
  readonly kind: string;
  readonly payload: unknown;
}

export interface Asking {
  rows<C, I extends RowItem, R extends RowReply>(task: RowTask<C, I, R>, common: C, items: readonly I[]): Promise<ReadonlyMap<number, R>>;
  once<P, R>(task: SingleTask<P, R>, payload: P): Promise<R>;
  /** The journal's key of work that depends on this, and on nothing else. */
  keyOf(kind: string, depends: unknown): string;
  readonly journal: Journal | undefined;
}

export interface Setting {
  readonly workers: Workers;
  readonly reporter: Reporter;
  readonly journal: Journal | undefined;
  /** What else results depend on: the version of Gibbon and of the runtime. */
  readonly build: string;
  readonly prepared: Pick<Prepared, 'sha256' | 'contents' | 'data'>;
}

export function createAsking(setting: Setting): Asking {
  const { workers, reporter, journal, build, prepared } = setting;
  const keyOf = (kind: string, depends: unknown): string =>
    createHash('sha256')
      .update(JSON.stringify([build, prepared.contents ?? prepared.sha256, prepared.data.sha256, kind, depends], withoutSetting))
      .digest('hex');
  return {
    journal,
    keyOf,
    rows: async (task, common, items) => {
      const book = await openBook(journal, items, { whole: keyOf(task.kind, common), of: (item) => keyOf(task.kind, [common, item]) });
      reporter.advance(items.length - book.left.length);
      await Promise.all(shards(book.left, workers).map((part) => askFor({ kind: task.kind, common, items: part }, setting, book)));
      return book.found as never;
    },
    once: async (task, payload) => {
      const key = keyOf(task.kind, payload);
      const book = task.isFresh ? undefined : journal;
      const known = await book?.single(key);
      if (known) return known.value as never;
      const order: SingleOrder = { kind: task.kind, payload };
      const value = await workers.run('single', order, (done) => reporter.advance(Number(done)));
      await book?.putSingle(key, value);
      return value as never;
    },
  };
}

/** Rows that are finished, those that are not, and a way to write down more. */
interface Book {
  readonly found: Map<number, RowReply>;
  readonly left: readonly RowItem[];
  keep(rows: readonly RowReply[]): Promise<void>;
}

interface Keys {
  readonly whole: string;
  of(item: RowItem): string;
}

/** An entry counts for the very item that it was made of: other figures may have been asked of the same row. */
interface Entry {
  readonly index: number;
  readonly of: string;
  readonly reply: RowReply;
}

async function openBook(journal: Journal | undefined, items: readonly RowItem[], keys: Keys): Promise<Book> {
  const found = new Map<number, RowReply>();
  const left: RowItem[] = [];
  const known = journal ? await journal.rows(keys.whole) : new Map<number, unknown>();
  for (const item of items) {
    const entry = known.get(item.index) as Entry | undefined;
    if (entry && entry.of === keys.of(item)) found.set(item.index, entry.reply);
    else left.push(item);
  }
  const byIndex = new Map(left.map((item) => [item.index, item]));
  return {
    found,
    left,
    keep: async (rows) => {
      for (const row of rows) found.set(row.index, row);
      const entries = rows.map((reply): Entry => ({ index: reply.index, of: keys.of(byIndex.get(reply.index) as RowItem), reply }));
      await journal?.putRows(keys.whole, entries);
    },
  };
}

async function askFor(order: RowOrder, { workers, reporter }: Setting, { keep }: Book): Promise<void> {
  const keeping: Promise<void>[] = [];
  let kept = 0;
  const take = (all: readonly RowReply[]): void => {
    keeping.push(keep(all.slice(kept)));
    kept = all.length;
  };
  const onProgress = (done: unknown): void => reporter.advance(Number(done));
  take(await workers.run<RowReply[]>('rows', order, onProgress, (rows) => take(rows as RowReply[])));
  await Promise.all(keeping);
}

/** How the work is done does not change what comes out: where files lie, how many threads, how many rows at a time, how fast an endpoint is asked. Weights have a hash beside them. */
const SETTING: ReadonlySet<string> = new Set(['threads', 'save', 'batch', 'folder', 'weights', 'manner']);

function withoutSetting(this: unknown, key: string, value: unknown): unknown {
  if (SETTING.has(key)) return undefined;
  if (key !== 'subject' || typeof value !== 'object' || value === null) return value;
  // The file's content stands in the key already.
  const { model: _, data, ...rest } = value as Subject;
  const { path: __, labels: ___, ...how } = data;
  return { ...rest, data: how };
}
