/** Weight files beside a model: read in parts and only when asked for, and never from outside its folder. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readModelBytes } from './model-bytes.ts';

const root = mkdtempSync(join(tmpdir(), 'gibbon-model-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let at = 0;
beforeEach(() => {
  folder = join(root, String(at++));
  mkdirSync(folder);
});
const put = (name: string, bytes: readonly number[]): string => {
  writeFileSync(join(folder, name), Uint8Array.from(bytes));
  return join(folder, name);
};

describe('files beside a model', () => {
  it('are read from a position on', async () => {
    const { beside, sha256 } = await readModelBytes(put('m.onnx', []));
    put('w.bin', [1, 2, 3, 4, 5]);
    const file = beside('w.bin');
    expect(file).toMatchObject({ size: 5, folder });
    expect([...file.read(1, 3)]).toEqual([2, 3, 4]);
    expect(() => file.read(3, 3)).toThrow('shorter');
    expect(sha256).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('belong to the contents, and to nothing else of the model', async () => {
    const contentsWith = async (weights: readonly number[], name = 'w.bin'): Promise<string> => {
      const { beside, contents } = await readModelBytes(put('m.onnx', [1]));
      put(name, weights);
      beside(name);
      return contents();
    };
    const one = await contentsWith([1, 2, 3]);
    expect(await contentsWith([1, 2, 3])).toBe(one);
    expect(await contentsWith([1, 2, 4])).not.toBe(one);
    expect(await contentsWith([1, 2, 3], 'v.bin')).not.toBe(one);
    const { contents, sha256 } = await readModelBytes(put('alone.onnx', [1]));
    expect(contents()).toBe(sha256);
  });

  it('may be links, if the model is a link into the same folder, as download caches lay them out', async () => {
    mkdirSync(join(folder, 'blobs'));
    mkdirSync(join(folder, 'snapshot'));
    put('blobs/1', [0]);
    put('blobs/2', [7, 8]);
    put('secret', [9]);
    for (const [name, target] of [
      ['m.onnx', '../blobs/1'],
      ['w.bin', '../blobs/2'],
      ['s.bin', '../secret'],
    ] as const)
      symlinkSync(target, join(folder, 'snapshot', name));
    const { beside } = await readModelBytes(join(folder, 'snapshot/m.onnx'));
    expect([...beside('w.bin').read(0, 2)]).toEqual([7, 8]);
    expect(() => beside('s.bin')).toThrow(
      expect.objectContaining({ code: 'E_MODEL_UNSUPPORTED', message: expect.stringContaining('link') }),
    );
  });

  it('may lie in folders of their own below it', async () => {
    mkdirSync(join(folder, 'parts'));
    put('parts/w..bin', [5]);
    const { beside } = await readModelBytes(put('m.onnx', []));
    expect([...beside('parts/w..bin').read(0, 1)]).toEqual([5]);
  });

  it('are files: no folder, no pipe that never answers', async () => {
    const { beside } = await readModelBytes(put('m.onnx', []));
    mkdirSync(join(folder, 'd'));
    execFileSync('mkfifo', [join(folder, 'p')]);
    for (const name of ['d', 'p']) expect(() => beside(name)).toThrow(expect.objectContaining({ code: 'E_MODEL_UNREADABLE' }));
    expect(() => beside('absent')).toThrow('ENOENT');
  });
});

describe('a model', () => {
  it('is a file', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of [folder, join(folder, 'absent'), join(folder, 'pipe'), '/dev/zero'])
      await expect(readModelBytes(path)).rejects.toMatchObject({ code: 'E_FILE_NOT_FOUND' });
  });
  it('is no larger than the format allows', async () => {
    const path = join(folder, 'huge.onnx');
    writeFileSync(path, '');
    truncateSync(path, 3 * 2 ** 30);
    await expect(readModelBytes(path)).rejects.toMatchObject({
      code: 'E_MODEL_UNREADABLE',
      hint: expect.stringContaining('.onnx file beside it'),
    });
  });
});
