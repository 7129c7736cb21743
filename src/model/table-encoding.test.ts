/** Rules that the data itself follows are found in it: one-hot groups, constants, spreads, and names that inputs lend. */
import { describe, expect, it } from 'vitest';
import type { GibbonError } from '../base/errors.ts';
import { tableDataset } from '../data/table-dataset.ts';
import { elementOf, numberOf, type PortsEncoding } from './ports-encoding.ts';
import { toRow } from './rows.ts';
import { tablePreprocessing } from './table-encoding.ts';

const ROWS = [
  ['1', '0', '0', '1', '0', '7', '1700000000000', 'own'],
  ['0', '1', '0', '0', '1', '7', '1700000000500', 'rent'],
  ['0', '0', '1', '1', '0', '7', '1700000000900', 'own'],
  ['0', '1', '0', '1', '1', '7', '1700000000100', 'own'],
];

async function prepared(immutable: readonly string[], rows: string[][]) {
  const width = rows[0]?.length ?? 0;
  const columns = [...Array(width).keys()];
  const dataset = await tableDataset({ header: undefined, rows }, { columns, texts: [width - 1] }, { path: 't.csv' });
  const ports = columns.map((i) => ({ name: `input ${i}`, type: 'float32' as const, shape: [1], from: i, count: 1 }));
  return { dataset, p: tablePreprocessing(dataset, { ports, certain: true, known: new Set([' own']) }, { immutable }) };
}

async function encoded(immutable: readonly string[] = [], rows = ROWS): Promise<PortsEncoding> {
  const { p } = await prepared(immutable, rows);
  if (p.encoding?.kind !== 'ports') throw new Error('a table has columns');
  return p.encoding;
}

describe('tablePreprocessing', () => {
  it('finds neighbouring columns of which exactly one is 1, and no others', async () => {
    expect((await encoded()).groups).toEqual([[0, 1, 2]]);
    const two = ROWS.map((row, i) => [...row.slice(0, 3), String(i % 2), String(1 - (i % 2)), ...row.slice(5)]);
    expect((await encoded([], two)).groups).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  it('lets nothing change in categories, constants, and what the user names', async () => {
    const { columns } = await encoded(['Input 1']);
    expect(columns.map(({ movable }) => movable)).toEqual([true, false, true, true, true, false, true, false]);
    expect(columns.at(-1)?.categories).toEqual([' own', 'rent']);
    await expect(encoded(['nothing'])).rejects.toMatchObject({ code: 'E_USAGE' } satisfies Partial<GibbonError>);
  });

  it('keeps whole numbers apart that lie far from 0', async () => {
    const time = (await encoded()).columns[6];
    if (!time) throw new Error('there is a seventh column');
    for (const [i] of ROWS.entries()) {
      const value = Number(ROWS[i]?.[6]);
      expect(numberOf(elementOf(value, time), time)).toBe(value);
    }
  });

  it('keeps them apart from the file to the row', async () => {
    const { dataset, p } = await prepared([], ROWS);
    const time = p.encoding?.kind === 'ports' ? p.encoding.columns[6] : undefined;
    if (!time) throw new Error('there is a seventh column');
    const resize = () => Promise.reject(new Error('a table has no size'));
    const rows = await Promise.all((await dataset.read([0, 1, 2, 3])).map((sample) => toRow(sample, p, resize)));
    expect(rows.map((row) => numberOf(row[6] as number, time))).toEqual(ROWS.map((row) => Number(row[6])));
  });
});

describe('relations', () => {
  const encode = async (relations: readonly string[]): Promise<PortsEncoding | undefined> => {
    const columns = [0, 1, 2, 3];
    const table = { header: ['a', 'b', 'Sum Owed', 'kind'], rows: [1, 2, 3, 4].map((a) => [`${a}`, `${2 * a}`, `${3 * a}`, 'x']) };
    const dataset = await tableDataset(table, { columns, texts: [3] }, { path: 't.csv' });
    const ports = columns.map((i) => ({ name: `input ${i}`, type: 'float32' as const, shape: [1], from: i, count: 1 }));
    const { encoding } = tablePreprocessing(dataset, { ports, certain: true, known: new Set() }, { relations });
    return encoding?.kind === 'ports' ? encoding : undefined;
  };

  it('are read with the names of columns', async () => {
    expect((await encode(['a <= b', '"Sum Owed" = a + b']))?.relations).toEqual([
      { text: 'a <= b', kind: 'at-most', left: { column: 0 }, right: { column: 1 } },
      {
        text: '"Sum Owed" = a + b',
        kind: 'equal',
        left: { column: 2 },
        right: { op: '+', left: { column: 0 }, right: { column: 1 } },
      },
    ]);
    expect((await encode([]))?.relations).toBeUndefined();
  });

  it('are refused where the data breaks them, or where there is nothing that they could be about', async () => {
    await expect(encode(['a >= b'])).rejects.toThrow('4 of its 4 rows');
    await expect(encode(['a = c'])).rejects.toThrow('no column c');
    await expect(encode(['a = kind'])).rejects.toThrow('column of texts');
    await expect(encode(['1 = 1'])).rejects.toThrow('no column');
  });
});
