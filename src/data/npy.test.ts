import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { openNpy } from './npy.ts';
import type { NpyDType } from './npy-write.ts';
import { writeNpy, writeNpz } from './npy-write.ts';
import { openNpz } from './npz.ts';
import { readColumn, readRow } from './numeric-array.ts';
import { memorySource } from './source.ts';
import { halfToNumber } from './typed-values.ts';

const folder = mkdtempSync(join(tmpdir(), 'gibbon-npy-'));
afterAll(() => rmSync(folder, { recursive: true }));
const open = (bytes: Uint8Array): ReturnType<typeof openNpy> => openNpy(memorySource('a.npy', bytes));

/** An NPY file with this header text, as another program might write it. */
function raw(header: string, body: number[] | Uint8Array, version = 1): Uint8Array {
  const size = version === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, header.length >> 8, 0, 0];
  return Uint8Array.from([
    0x93,
    ...[...'NUMPY'].map((char) => char.charCodeAt(0)),
    version,
    0,
    ...size,
    ...[...header].map((char) => char.charCodeAt(0)),
    ...body,
  ]);
}

describe('writeNpy', () => {
  it('writes byte for byte what numpy.save writes', () => {
    const expected = `\x93NUMPY\x01\x00\x76\x00{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }${' '.repeat(60)}\n\x01\x00\x00\x00\x02\x00\x00\x00\xff\xff\xff\xff`;
    expect(Buffer.from(writeNpy([1, 2, -1], [3], 'int32')).toString('latin1')).toBe(expected);
  });

  const DTYPES: NpyDType[] = ['uint8', 'int8', 'bool', 'uint16', 'int16', 'uint32', 'int32', 'int64', 'float32', 'float64'];
  it.each(DTYPES)('comes back as it was: %s', async (dtype) => {
    const data = [0, 1, 1, 0, 1, 0].map((bit, i) => (dtype === 'bool' ? bit : dtype.startsWith('u') ? i * 20 : i * 20 - 50));
    const array = await open(writeNpy(data, [2, 3], dtype));
    expect(array).toMatchObject({ shape: [2, 3], dtype });
    expect([...(await readRow(array, 0)), ...(await readRow(array, 1))]).toEqual(data);
    expect(array.offset % 64).toBe(0);
  });

  it('comes back as it was, whatever the float32 values', async () => {
    await fc.assert(
      fc.asyncProperty(fc.float32Array({ minLength: 1, maxLength: 40 }), async (data) => {
        expect(await readRow(await open(writeNpy(data, [1, data.length], 'float32')), 0)).toEqual(data);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a shape that does not fit', () => {
    expect(() => writeNpy([1, 2], [3], 'uint8')).toThrow(expect.objectContaining({ code: 'E_INTERNAL' }));
  });
});

describe('openNpy', () => {
  it('reads Fortran order', async () => {
    // numpy.asfortranarray([[[0,1],[2,3],[4,5]],[[6,7],[8,9],[10,11]]], uint8): the first axis varies fastest.
    const array = await open(
      raw("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }\n", [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]),
    );
    expect([...(await readRow(array, 0))]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...(await readRow(array, 1))]).toEqual([6, 7, 8, 9, 10, 11]);
  });

  it('reads big-endian values, version 2 headers, half precision and uint64', async () => {
    const big = await open(raw("{'descr': '>i2', 'fortran_order': False, 'shape': (1, 2), }", [1, 0, 255, 255], 2));
    expect([...(await readRow(big, 0))]).toEqual([256, -1]);
    const half = await open(raw("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 3), }", [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00]));
    expect([...(await readRow(half, 0))]).toEqual([1, -2, 2 ** -24]);
    const long = await open(raw("{'shape': (1L,), 'fortran_order': False, 'descr': '<u8'}", [5, 0, 0, 0, 0, 0, 0, 0]));
    expect([...(await readColumn(long))]).toEqual([5]);
    expect([halfToNumber(0x7bff), halfToNumber(0x7c00), halfToNumber(0xfc00), halfToNumber(0x7e00)]).toEqual([
      65504,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });

  it.each([
    ['another magic', Uint8Array.from([1, 2, 3]), 'E_DATA_UNREADABLE', 'no NPY'],
    ['a cut header', raw('', []).subarray(0, 8), 'E_DATA_UNREADABLE', 'truncated'],
    ['a header beyond the file', raw('', []).map((v, i) => (i === 8 ? 200 : v)), 'E_DATA_UNREADABLE', 'a.npy'],
    ['a huge header', Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0, 255, 255, 255, 127]), 'E_DATA_UNREADABLE', 'header of'],
    ['no shape', raw("{'descr': '<f4', 'fortran_order': False}", []), 'E_DATA_UNREADABLE', 'damaged'],
    ['pickled objects', raw("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", [1, 2]), 'E_DATA_UNREADABLE', '\\|O'],
    ['records', raw("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", [1, 2]), 'E_DATA_UNREADABLE', 'kind'],
    ['texts', raw("{'descr': '<U5', 'fortran_order': False, 'shape': (2,), }", [1, 2]), 'E_DATA_UNREADABLE', 'U5'],
    ['missing values', raw("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", [1, 2]), 'E_DATA_UNREADABLE', 'truncated'],
    [
      'a shape beyond all memory',
      raw("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }", [1]),
      'E_DATA_UNREADABLE',
      'truncated',
    ],
    [
      'an overflowing product',
      raw("{'descr': '<f8', 'fortran_order': True, 'shape': (9007199254740991, 9007199254740991, 8), }", [1]),
      'E_DATA_UNREADABLE',
      'truncated',
    ],
    [
      'a size beyond integers',
      raw("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999, 0), }", [1]),
      'E_DATA_SHAPE',
      'impossible',
    ],
    [
      'too many dimensions',
      raw(`{'descr': '<f8', 'fortran_order': False, 'shape': (${'1, '.repeat(40)}), }`, new Array(8).fill(0)),
      'E_DATA_SHAPE',
      'impossible',
    ],
  ])('refuses %s', async (_, bytes, code, text) => {
    await expect(open(bytes)).rejects.toMatchObject({ code, message: expect.stringMatching(text), hint: expect.any(String) });
    await expect(open(bytes)).rejects.toMatchObject({ message: expect.stringContaining('a.npy') });
  });
});

describe('openNpz', () => {
  const write = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const ones = (n: number) => ({ data: new Array<number>(n * 2).fill(1), shape: [n, 2], dtype: 'float32' as const });
  const labels = (n: number) => ({ data: Array.from({ length: n }, (_, i) => i), shape: [n], dtype: 'int64' as const });

  it('writes equal bytes for equal arrays', () => {
    expect(writeNpz({ x: ones(2) })).toEqual(writeNpz({ x: ones(2) }));
  });

  it.each([
    ['x and y', { y: labels(2), x: ones(2) }, 2, true],
    ['X and y', { X: ones(2), y: labels(2) }, 2, true],
    ['images and labels', { images: ones(2), labels: labels(2) }, 2, true],
    ['data and labels', { data: ones(2), labels: labels(2) }, 2, true],
    ['the test split of several', { x_train: ones(5), y_train: labels(5), x_test: ones(3), y_test: labels(3) }, 3, true],
    ['labelled samples before unlabelled ones', { x_test: ones(3), x_train: ones(5), y_train: labels(5) }, 5, true],
    ['positional names', { arr_0: ones(2), arr_1: labels(2) }, 2, true],
    ['samples alone', { images: ones(4) }, 4, false],
    ['the only array, whatever its name', { foo: ones(4) }, 4, false],
  ])('finds %s', async (name, entries, n, labelled) => {
    const found = await openNpz(write(`${name}.npz`, writeNpz(entries)));
    expect(found.samples.shape).toEqual([n, 2]);
    expect(found.labels?.shape).toEqual(labelled ? [n] : undefined);
  });

  it('reads compressed entries', async () => {
    const path = write('deflated.npz', zipSync({ 'x.npy': writeNpy(new Array(1000).fill(7), [10, 100], 'uint8') }, { level: 9 }));
    expect([...(await readRow((await openNpz(path)).samples, 9))]).toEqual(new Array(100).fill(7));
  });

  it('refuses archives that are damaged, say nothing, or would fill the memory', async () => {
    const good = writeNpz({ x: ones(2) });
    await expect(openNpz(write('cut.npz', good.subarray(0, 60)))).rejects.toMatchObject({
      code: 'E_DATA_UNREADABLE',
      message: expect.stringContaining('cut.npz'),
    });
    await expect(openNpz(write('names.npz', writeNpz({ foo: ones(1), bar: ones(1) })))).rejects.toMatchObject({
      code: 'E_DATA_SHAPE',
      message: expect.stringContaining('foo, bar'),
    });
    await expect(openNpz(write('none.npz', zipSync({})))).rejects.toMatchObject({ code: 'E_DATA_SHAPE' });
    await expect(openNpz(join(folder, 'absent.npz'))).rejects.toMatchObject({ code: 'E_FILE_NOT_FOUND' });
    const bomb = good.slice();
    const view = new DataView(bomb.buffer);
    // The unpacked size in the central directory, which is what is allocated.
    for (let at = 0; at + 4 < bomb.length; at++) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0xfffffff0, true);
    await expect(openNpz(write('bomb.npz', bomb))).rejects.toMatchObject({
      code: 'E_DATA_UNREADABLE',
      message: expect.stringContaining('declares'),
    });
  });
});
