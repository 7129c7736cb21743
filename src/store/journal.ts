/** The journal of a run, as one SQLite file in the run's own folder: what is finished stays finished, whatever happens to the process. */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import Database from 'libsql';
import type { Journal } from '../audit/ports.ts';
import { GibbonError } from '../base/errors.ts';

interface Tables {
  rows: { key: string; row: number; value: string };
  singles: { key: string; value: string };
}

export interface OpenJournal extends Journal {
  close(): Promise<void>;
}

/** Rows per statement: SQLite takes 32 766 parameters. */
const AT_ONCE = 1000;

/**
 * Opens a journal, or makes an empty one. Entries are written before the promise of `putRows` is kept: they survive `kill -9`.
 * @throws GibbonError E_OUTPUT_UNWRITABLE where the file cannot be made, or is no journal
 */
export async function openJournal(path: string): Promise<OpenJournal> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return journalIn(await opened(path));
  } catch (cause) {
    throw new GibbonError(
      'E_OUTPUT_UNWRITABLE',
      `cannot keep a journal in ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'Check permissions and free space, give another folder with --run, or remove the file to start afresh.',
        cause,
      },
    );
  }
}

async function opened(path: string): Promise<Kysely<Tables>> {
  const database = new Database(path, { timeout: 10_000 });
  // Without the log of SQLite a commit waits for the disk several times; with it a killed process loses nothing, and a lost computer little.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  await db.schema
    .createTable('rows')
    .ifNotExists()
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('row', 'integer', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('rows_key', ['key', 'row'])
    .execute();
  await db.schema
    .createTable('singles')
    .ifNotExists()
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
  return db;
}

function journalIn(db: Kysely<Tables>): OpenJournal {
  return {
    rows: async (key) => {
      const found = await db.selectFrom('rows').select(['row', 'value']).where('key', '=', key).execute();
      return new Map(found.map(({ row, value }) => [row, parsed(value)]));
    },
    putRows: async (key, rows) => {
      for (let at = 0; at < rows.length; at += AT_ONCE) {
        const values = rows.slice(at, at + AT_ONCE).map((row) => ({ key, row: row.index, value: written(row) }));
        await db
          .insertInto('rows')
          .values(values)
          .onConflict((conflict) => conflict.columns(['key', 'row']).doUpdateSet((row) => ({ value: row.ref('excluded.value') })))
          .execute();
      }
    },
    single: async (key) => {
      const found = await db.selectFrom('singles').select('value').where('key', '=', key).executeTakeFirst();
      return found && { value: parsed(found.value) };
    },
    putSingle: async (key, value) => {
      await db
        .insertInto('singles')
        .values({ key, value: written(value) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    close: () => db.destroy(),
  };
}

/** Removes a journal with the files that SQLite keeps beside it. */
export async function removeJournal(path: string): Promise<void> {
  for (const ending of ['', '-wal', '-shm', '-journal']) await rm(`${path}${ending}`, { force: true });
}

/** JSON, with the numbers that JSON lacks: what comes back must be what a worker would have sent. */
const ODD: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

function written(value: unknown): string {
  const json = JSON.stringify(value, (_, one: unknown) => {
    if (typeof one !== 'number' || (Number.isFinite(one) && !Object.is(one, -0))) return one;
    return { $number: Object.is(one, -0) ? '-0' : String(one) };
  });
  return json ?? '{"$undefined":true}';
}

function parsed(text: string): unknown {
  return JSON.parse(text, (_, one: unknown) => {
    if (typeof one !== 'object' || one === null) return one;
    if ('$undefined' in one) return undefined;
    return '$number' in one ? (ODD[String(one.$number)] ?? -0) : one;
  });
}
