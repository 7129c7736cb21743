import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { classNamesFrom } from './class-names.ts';
import { parseCsv } from './csv.ts';
import { loadLabels } from './label-file.ts';
import { naturalOrder } from './natural-order.ts';
import { writeNpy } from './npy-write.ts';

const folder = mkdtempSync(join(tmpdir(), 'gibbon-labels-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const IDS = ['a/img1.png', 'a/img2.png', 'b/img10.png'];
const samples = { length: 3, id: (index: number) => IDS[index] as string };
const load = async (name: string, content: string | Uint8Array): Promise<{ labels: number[]; names: readonly string[] | undefined }> => {
  const { labels, labelNames } = await loadLabels(write(name, content), samples);
  return { labels: [...labels], names: labelNames };
};

describe('loadLabels', () => {
  it.each([
    ['lines of numbers', 'l.txt', '7\r\n2\r\n1\r\n\r\n'],
    ['lines without an extension, with a byte order mark', 'labels', '\uFEFF7\n2\n1'],
    ['a JSON array', 'l.json', '[7, 2, "1"]'],
    ['a JSON object by path', 'o.json', '{"b/img10.png": 1, "a/img1.png": 7, "a/img2.png": 2, "other.png": 9}'],
    ['a CSV with one column', 'l.csv', 'label\n7\n2\n1\n'],
    ['a CSV without a header', 'n.csv', '7\n2\n1\n'],
    ['a CSV by path', 'p.csv', 'id,label\nb/img10.png,1\na/img1.png,7\n./a/img2.png,2\n'],
    ['a CSV by file name, with other columns', 'f.csv', 'width,Filename,height,Class\n1,img10.png,1,1\n1,img1.png,1,7\n1,"img2.png",1,2\n'],
    ['a CSV by file name without extension', 's.csv', 'id,label\nimg10,1\nimg1,7\nimg2,2\n'],
    ['a CSV by position', 'i.csv', 'id,label\n2,1\n0,7\n1,2\n'],
    ['tabs', 'l.tsv', 'id\tlabel\nimg10\t1\nimg1\t7\nimg2\t2\n'],
    ['NPY', 'l.npy', writeNpy([7, 2, 1], [3], 'int64')],
    ['NPY as a column', 'c.npy', writeNpy([7, 2, 1], [3, 1], 'float32')],
    ['IDX', 'l-idx1-ubyte', Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1])],
  ])('reads %s', async (_, name, content) => {
    expect(await load(name, content)).toEqual({ labels: [7, 2, 1], names: undefined });
  });

  it('reads names, in natural order', async () => {
    expect(await load('names.txt', 'class 10\nclass 2\nclass 10\n')).toEqual({ labels: [1, 0, 1], names: ['class 2', 'class 10'] });
  });

  it.each([
    ['too few labels', 'few.txt', '1\n2\n', 'E_LABELS_MISMATCH', '2 labels'],
    ['too many labels', 'many.npy', writeNpy([1, 2, 3, 4], [4], 'uint8'), 'E_LABELS_MISMATCH', '4 labels'],
    ['one-hot rows', 'hot.npy', writeNpy(new Array(6).fill(1), [3, 2], 'uint8'), 'E_LABELS_MISMATCH', 'one number'],
    ['fractions', 'half.npy', writeNpy([0, 0.5, 1], [3], 'float32'), 'E_LABELS_MISMATCH', '0.5 at position 1'],
    ['negative numbers', 'neg.npy', writeNpy([0, 1, -1], [3], 'int32'), 'E_LABELS_MISMATCH', '-1 at position 2'],
    ['a hole', 'hole.txt', '1\n\n2\n', 'E_DATA_UNREADABLE', 'line 2'],
    ['a missing sample', 'miss.csv', 'id,label\nimg1,1\nimg2,2\n', 'E_LABELS_MISMATCH', 'img10'],
    ['a sample twice', 'twice.csv', 'id,label\nimg1,1\nimg1,2\n', 'E_LABELS_MISMATCH', 'img1 twice'],
    ['no label column', 'cols.csv', 'id,colour\nimg1,1\n', 'E_DATA_UNREADABLE', 'colour'],
    ['an empty label', 'gap.csv', 'id,label\nimg1,\n', 'E_DATA_UNREADABLE', 'row 1'],
    ['broken JSON', 'bad.json', '[1, 2', 'E_DATA_UNREADABLE', 'bad.json'],
    ['nested JSON', 'nest.json', '[[1], [2], [3]]', 'E_DATA_UNREADABLE', '[1]'],
    ['a JSON number', 'num.json', '3', 'E_DATA_UNREADABLE', 'neither'],
    ['bytes that are no text', 'bin.txt', Uint8Array.from([0xff, 0xfe, 0x80]), 'E_DATA_UNREADABLE', 'UTF-8'],
  ])('refuses %s', async (_, name, content, code, text) => {
    await expect(load(name, content)).rejects.toMatchObject({ code, message: expect.stringContaining(text), hint: expect.any(String) });
    await expect(load(name, content)).rejects.toMatchObject({ message: expect.stringContaining(name) });
  });

  it('says which file is not there', async () => {
    await expect(loadLabels(join(folder, 'absent.txt'), samples)).rejects.toMatchObject({
      code: 'E_FILE_NOT_FOUND',
      message: expect.stringContaining('absent.txt'),
    });
  });
});

describe('classNamesFrom', () => {
  it.each([
    ['a JSON array', 'c.json', '["cat", "dog"]'],
    ['numbers to names', 'n.json', '{"1": "dog", "0": "cat"}'],
    ['names to numbers', 'k.json', '{"dog": 1, "cat": 0}'],
    ['lines', 'c.txt', 'cat\ndog\n'],
    ['JSON, whatever the extension', 'c.names', ' ["cat", "dog"]'],
  ])('reads %s', async (_, name, content) => {
    expect(await classNamesFrom(write(name, content))).toEqual(['cat', 'dog']);
  });

  it.each([
    ['empty.txt', ''],
    ['empty.json', '[]'],
    ['none.json', '{}'],
    ['gap.json', '{"0": "a", "2": "b"}'],
    ['same.json', '{"a": 0, "b": 0}'],
    ['hole.txt', 'a\n\nb'],
    ['mixed.json', '["a", 1]'],
    ['broken.json', '["a"'],
    ['labels.txt', '1\n0\n1\n0\n1\n'],
  ])('refuses %s', async (name, content) => {
    await expect(classNamesFrom(write(name, content))).rejects.toMatchObject({
      code: 'E_DATA_UNREADABLE',
      message: expect.stringContaining(name),
      hint: expect.any(String),
    });
  });
});

describe('parseCsv', () => {
  it('reads quotes, doubled quotes, line breaks inside quotes, and any line ending', () => {
    expect(parseCsv('a, "b, ""c""\nd" ,e\r\n\r\n1,2,\n')).toEqual([
      ['a', 'b, "c"\nd', 'e'],
      ['1', '2', ''],
    ]);
    expect(parseCsv('')).toEqual([]);
  });
});

describe('naturalOrder', () => {
  it('orders numbers by value and everything else by code points', () => {
    const sorted = [
      '',
      '1',
      '01',
      '2',
      '10',
      'A',
      'a',
      'a1',
      'a2',
      'a10',
      'a10b',
      'b',
      '99999999999999999999',
      '100000000000000000000',
    ].sort(naturalOrder);
    expect(sorted).toEqual([
      '',
      '01',
      '1',
      '2',
      '10',
      '99999999999999999999',
      '100000000000000000000',
      'A',
      'a',
      'a1',
      'a2',
      'a10',
      'a10b',
      'b',
    ]);
  });
});
