/** Parquet files, written by Apache Arrow in every usual compression, hold the same cells as the CSV file that it wrote of the same table. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import { openDataset } from './open.ts';
import type { TableDataset } from './table-dataset.ts';
import { readTable } from './table-file.ts';

const asset = (name: string): string => resolve(import.meta.dirname, '../../test/assets/tables', name);
const folder = mkdtempSync(join(tmpdir(), 'gibbon-table-'));

describe('readTable', () => {
  it.each(['none', 'snappy', 'gzip', 'zstd', 'brotli', 'pages-v2'])('reads Parquet: %s', async (name) => {
    const [parquet, csv] = [await readTable(asset(`${name}.parquet`)), await readTable(asset('table.csv'))];
    expect(parquet.header).toEqual(csv.header);
    expect(parquet.rows).toEqual(csv.rows);
  });

  it('reads a table that is packed by gzip, with a byte order mark', async () => {
    const path = join(folder, 'table.csv.gz');
    writeFileSync(path, gzipSync(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), readFileSync(asset('table.csv'))])));
    expect(await readTable(path)).toEqual(await readTable(asset('table.csv')));
  });

  it('gives dates as texts', async () => {
    expect((await readTable(asset('dates.parquet'))).rows[1]?.at(-1)).toBe('2026-01-02T00:00:00.000Z');
  });

  it.each([
    ['cut.parquet', readFileSync(asset('snappy.parquet')).subarray(0, 900)],
    ['noise.parquet', Buffer.from('PAR1 this is none PAR1')],
    ['latin1.csv', Buffer.from([0x61, 0x2c, 0x62, 0x0a, 0xe4, 0x2c, 0x31, 0x0a])],
  ])('refuses %s in one sentence', async (name, bytes) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const thrown: unknown = await readTable(path).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(GibbonError);
    expect(thrown).toMatchObject({ code: 'E_DATA_UNREADABLE' });
  });
});

describe('a table as a data set', () => {
  it('leaves out rows that lack a number, and says so', async () => {
    const dataset = (await openDataset({ path: asset('zstd.parquet') })) as TableDataset;
    expect(dataset.length).toBe(34);
    expect(dataset.notes).toEqual(['6 of 40 rows lack a number or their label, and are left out.']);
    expect(dataset.labelNames).toEqual(['no', 'yes']);
    // Rows 3, 10, … are missing: the fourth sample is row 4.
    const [sample] = await dataset.read([3]);
    expect(sample).toMatchObject({ index: 3, id: 'zstd.parquet[4]', label: 0, shape: [7] });
    expect(dataset.columns[5]).toMatchObject({ name: 'text', categories: ['a "quote"', 'a, comma', 'plain', 'ünï'] });
    expect(Array.from(sample?.data ?? [])).toEqual([9, 4, 0.5, 1, 0, 2, 4]);
  });

  it('knows the spread of its columns: 0 to 39 without a gap', async () => {
    const dataset = (await openDataset({ path: asset('none.parquet'), table: { label: 7, columns: [3, 1], texts: [] } })) as TableDataset;
    // Population standard deviation of 0, 1, …, n − 1: √((n² − 1)/12); of quarters, a quarter of it.
    expect(dataset.columns[0]?.deviation).toBeCloseTo(Math.sqrt((40 ** 2 - 1) / 12) / 4, 12);
    expect(dataset.columns[1]).toMatchObject({ low: 0, high: 4, mean: 2, whole: true });
    expect(dataset.columns[1]?.deviation).toBeCloseTo(Math.SQRT2, 12);
  });
});
