import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import { openJournal, removeJournal } from './journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'gibbon-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a journal', () => {
  it('gives back what was put in, also numbers that JSON lacks', async () => {
    const path = join(folder, 'a.db');
    const first = await openJournal(path);
    const row = { index: 7, x: [1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0], none: null };
    await first.putRows('k', [row, { index: 8 }]);
    await first.putSingle('s', { deep: { y: Number.NaN } });
    await first.putSingle('nothing', undefined);
    await first.close();
    const second = await openJournal(path);
    expect(await second.rows('k')).toEqual(
      new Map<number, unknown>([
        [7, row],
        [8, { index: 8 }],
      ]),
    );
    expect(Object.is(((await second.rows('k')).get(7) as typeof row).x[4], -0)).toBe(true);
    expect(await second.single('s')).toEqual({ value: { deep: { y: Number.NaN } } });
    expect(await second.single('nothing')).toEqual({ value: undefined });
    expect(await second.single('other')).toBeUndefined();
    expect(await second.rows('other')).toEqual(new Map());
    await second.close();
  });

  it('keeps the last entry of a row, and takes many at once', async () => {
    const journal = await openJournal(join(folder, 'b.db'));
    await journal.putRows(
      'k',
      Array.from({ length: 2500 }, (_, index) => ({ index, of: 'first' })),
    );
    await journal.putRows('k', [{ index: 3, of: 'second' } as { index: number }]);
    const rows = await journal.rows('k');
    expect(rows.size).toBe(2500);
    expect(rows.get(3)).toEqual({ index: 3, of: 'second' });
    await journal.close();
  });

  it('is shared by two who write at the same time', async () => {
    const path = join(folder, 'c.db');
    const both = await Promise.all([openJournal(path), openJournal(path)]);
    await Promise.all(both.map((one, i) => one.putRows('k', [{ index: i }])));
    expect((await both[0].rows('k')).size).toBe(2);
    for (const one of both) await one.close();
  });

  it('says so where the file is something else', async () => {
    const path = join(folder, 'd.db');
    writeFileSync(path, 'this is no database, and long enough to be read as one'.repeat(100));
    await expect(openJournal(path)).rejects.toThrow(GibbonError);
    await removeJournal(path);
    await (await openJournal(path)).close();
  });
});
