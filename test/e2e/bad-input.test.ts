/** What the user can mend ends with exit code 2, one clear message with a hint on stderr, nothing on stdout, and no stack. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/data/npy-write.ts';
import { readModel } from '../../src/onnx/read.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { DEMO, type Ended, gibbon, put, scratch } from '../support/cli.ts';

let dir: string;

const data = (): string[] => ['--data', DEMO.images];

/** The message's code, and that it is told as it should be. */
function told(ended: Ended, code: string, exit = 2): string {
  const { stderr } = ended;
  expect(stderr, `exit code ${ended.code}: ${stderr}`).toContain(`[${code}]`);
  expect(ended.code).toBe(exit);
  expect(ended.stdout).toBe('');
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(stderr).not.toMatch(/undefined|\[object/);
  expect(stderr.match(/^error /gm)).toHaveLength(1);
  const lines = stderr.trimEnd().split('\n');
  expect(
    lines.findIndex((line) => line.startsWith('error ')),
    `a hint follows the message: ${stderr}`,
  ).toBeLessThan(lines.length - 1);
  return stderr;
}

/** One line of the option parser, which names the flag. */
function refused(ended: Ended, ...words: readonly string[]): void {
  expect(ended.code, ended.stderr).toBe(2);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).toMatch(/^error/m);
  expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  for (const word of words) expect(ended.stderr).toContain(word);
}

const png = (value: number, channels: 1 | 3 = 1): Promise<Buffer> =>
  sharp(Buffer.alloc(28 * 28 * channels, value), { raw: { width: 28, height: 28, channels } })
    .png()
    .toBuffer();

/** A folder of two grey images for each digit. */
async function digits(name: string): Promise<string> {
  for (let digit = 0; digit < 10; digit++) for (let i = 0; i < 2; i++) put(dir, `${name}/${digit}/${i}.png`, await png(20 * digit + i));
  return join(dir, name);
}

beforeAll(() => {
  dir = scratch();
});

describe.concurrent('a model that cannot be read', () => {
  it('does not exist', async () => {
    expect(told(await gibbon(['audit', 'nowhere.onnx', ...data()]), 'E_FILE_NOT_FOUND')).toContain('nowhere.onnx');
  });
  it('is a folder without one', async () => {
    put(dir, 'modelless/config.json', '{}');
    told(await gibbon(['audit', join(dir, 'modelless'), ...data()]), 'E_FILE_NOT_FOUND');
  });
  it('is a text file', async () => {
    told(await gibbon(['audit', put(dir, 'text.onnx', 'once upon a time\n'), ...data()]), 'E_MODEL_UNREADABLE');
  });
  it('is a Git LFS pointer', async () => {
    const pointer =
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';
    expect(told(await gibbon(['audit', put(dir, 'lfs.onnx', pointer), ...data()]), 'E_MODEL_UNREADABLE')).toContain('LFS');
  });
  it('is empty', async () => {
    told(await gibbon(['audit', put(dir, 'empty.onnx', ''), ...data()]), 'E_MODEL_UNREADABLE');
  });
  it('was cut short, early or late', async () => {
    const bytes = readFileSync(DEMO.natural);
    for (const share of [0.1, 0.5, 0.999]) {
      const path = put(dir, `cut-${share}.onnx`, bytes.subarray(0, Math.floor(bytes.length * share)));
      told(await gibbon(['audit', path, ...data()]), 'E_MODEL_UNREADABLE');
    }
  });
  it('takes inputs of a rank that images do not have', async () => {
    const graph = readModel(readFileSync(DEMO.natural));
    const inputs = graph.inputs.map((port) => ({ ...port, shape: ['N', 1, 28, 28, 2] }));
    const path = put(dir, 'rank.onnx', writeModel({ ...graph, inputs }).bytes);
    expect(told(await gibbon(['audit', path, ...data()]), 'E_DATA_SHAPE')).toContain('5 dimensions');
  });
  it('is inspected', async () => {
    told(await gibbon(['inspect', put(dir, 'text2.onnx', 'once upon a time\n')]), 'E_MODEL_UNREADABLE');
    told(await gibbon(['inspect', 'nowhere.onnx']), 'E_FILE_NOT_FOUND');
  });
});

describe.concurrent('data that cannot be used', () => {
  it('is not given', async () => {
    expect(told(await gibbon(['audit', DEMO.natural]), 'E_USAGE')).toContain('--data');
  });
  it('comes without a model', async () => {
    told(await gibbon(['audit', ...data()]), 'E_USAGE');
  });
  it('does not exist', async () => {
    expect(told(await gibbon(['audit', DEMO.natural, '--data', 'nowhere']), 'E_FILE_NOT_FOUND')).toContain('nowhere');
  });
  it('is an empty folder', async () => {
    mkdirSync(join(dir, 'hollow'));
    told(await gibbon(['audit', DEMO.natural, '--data', join(dir, 'hollow')]), 'E_DATA_EMPTY');
  });
  it('is an empty file', async () => {
    told(await gibbon(['audit', DEMO.natural, '--data', put(dir, 'nothing.bin', '')]), 'E_DATA_EMPTY');
  });
  it('is a folder without labels', async () => {
    put(dir, 'flat/a.png', await png(1));
    expect(told(await gibbon(['audit', DEMO.natural, '--data', join(dir, 'flat')]), 'E_LABELS_MISSING')).toContain('--labels');
  });
  it('has a corrupt picture, which is named', async () => {
    const folder = await digits('corrupt');
    put(folder, '3/1.png', (await png(9)).subarray(0, 60));
    expect(told(await gibbon(['audit', DEMO.natural, '--data', folder]), 'E_DATA_UNREADABLE')).toContain(join('3', '1.png'));
  });
  it('has NaN among its numbers', async () => {
    const values = new Float32Array(20 * 784).fill(0.5);
    values[784 * 7 + 5] = Number.NaN;
    const path = put(dir, 'nan.npy', writeNpy(values, [20, 1, 28, 28], 'float32'));
    const labels = put(dir, 'nan.txt', Array.from({ length: 20 }, (_, i) => `${i % 10}\n`).join(''));
    expect(told(await gibbon(['audit', DEMO.natural, '--data', path, '--labels', labels]), 'E_DATA_VALUES')).toContain('sample 7');
  });
  it('has samples of another shape', async () => {
    const path = put(dir, 'flat.npy', writeNpy(new Float32Array(20 * 30), [20, 30], 'float32'));
    const labels = put(dir, 'flat.txt', Array.from({ length: 20 }, (_, i) => `${i % 10}\n`).join(''));
    told(await gibbon(['audit', DEMO.natural, '--data', path, '--labels', labels]), 'E_DATA_SHAPE');
  });
});

describe.concurrent('labels that do not fit', () => {
  it('are too few', async () => {
    told(await gibbon(['audit', DEMO.natural, ...data(), '--labels', put(dir, 'few.txt', '1\n2\n3\n')]), 'E_LABELS_MISMATCH');
  });
  it('are out of range', async () => {
    const path = put(dir, 'range.txt', Array.from({ length: 1000 }, (_, i) => `${i % 12}\n`).join(''));
    expect(told(await gibbon(['audit', DEMO.natural, ...data(), '--labels', path]), 'E_LABELS_MISMATCH')).toContain('10 outputs');
  });
  it('are in a file that does not exist', async () => {
    told(await gibbon(['audit', DEMO.natural, ...data(), '--labels', 'nowhere.txt']), 'E_FILE_NOT_FOUND');
  });
  it('have names that are no class of the model', async () => {
    const folder = await digits('named');
    const names = put(dir, 'animals.txt', 'ant\nbee\ncat\ndog\nelk\nfox\ngnu\nhen\nibex\njay\n');
    put(folder, 'gibbon/0.png', await png(77));
    told(await gibbon(['audit', DEMO.natural, '--data', folder, '--classes', names]), 'E_LABELS_MISMATCH');
  });
  it('are named by too few names', async () => {
    told(await gibbon(['audit', DEMO.natural, ...data(), '--classes', put(dir, 'two.txt', 'ant\nbee\n')]), 'E_LABELS_MISMATCH');
  });
});

describe.concurrent('outputs that cannot be written fail before the work', () => {
  it.each(['-o', '--json', '--run'])('%s below a file, and in /proc', async (flag) => {
    const file = put(dir, `file${flag}`, 'x');
    for (const path of [join(file, 'deep', 'x.html'), '/proc/gibbon/x.html']) {
      const ended = await gibbon(['audit', '--n', '20', '--preset', 'quick', flag, path]);
      told(ended, 'E_OUTPUT_UNWRITABLE');
      expect(ended.stderr).not.toContain('clean accuracy');
    }
  });
  it('an output that is a folder', async () => {
    const folder = join(dir, 'folder.html');
    mkdirSync(folder);
    told(await gibbon(['audit', '--n', '20', '--preset', 'quick', '-o', folder]), 'E_OUTPUT_UNWRITABLE');
  });
  it('an output whose name does not say its form', async () => {
    told(await gibbon(['audit', '--n', '20', '--preset', 'quick', '-o', join(dir, 'report.pdf')]), 'E_USAGE');
  });
  it('a single attack', async () => {
    const file = put(dir, 'file-attack', 'x');
    for (const flag of ['-o', '--json', '--folder'])
      told(await gibbon(['attack', 'fgsm', '--n', '20', flag, join(file, 'x.md')]), 'E_OUTPUT_UNWRITABLE');
  });
});

describe.concurrent('flags that make no sense', () => {
  it.each(['abc', '-0.1', '0', '8/0', '', '3,5', '8'])('--epsilon %s', async (text) => {
    told(await gibbon(['audit', '--n', '20', '--preset', 'quick', `--epsilon=${text}`]), 'E_USAGE');
  });
  it.each([
    [
      ['audit', '--norm', 'l7'],
      ['--norm', 'linf'],
    ],
    [['audit', '--n', '0'], ['--n']],
    [['audit', '--n', '1.5'], ['--n']],
    [
      ['audit', '--n', '5', '--first', '5'],
      ['--n', '--first'],
    ],
    [
      ['audit', '--preset', 'extreme'],
      ['quick', 'standard', 'thorough'],
    ],
    [['audit', '--nonsense'], ['--nonsense']],
    [['audit', '--seed', '-1'], ['--seed']],
    [['audit', '--workers', '0'], ['--workers']],
    [['audit', '--batch', 'x'], ['--batch']],
    [['audit', '--mean', '1,x'], ['--mean']],
    [['audit', '--std', '0'], ['--std']],
    [['audit', '--size', '0x5'], ['--size']],
    [
      ['attack', 'teleport'],
      ['teleport', 'gibbon list'],
    ],
    [['levitate'], ['levitate']],
  ])('gibbon %j', async (args, words) => {
    refused(await gibbon(args), ...words);
  });
  it.each([
    [['pgd', '--steps', '0'], '--steps'],
    [['pgd', '--steps', 'many'], '--steps'],
    [['pgd', '--step-size', '-1'], '--step-size'],
    [['pgd', '--loss', 'regret'], '--loss'],
    [['uniform-noise', '--repeats', '0'], '--repeats'],
  ])('gibbon attack %j', async (args, flag) => {
    expect(told(await gibbon(['attack', ...args]), 'E_USAGE')).toContain(flag);
  });
  it('a norm that the attack does not have', async () => {
    expect(told(await gibbon(['attack', 'hop-skip-jump', '--norm', 'l1']), 'E_USAGE')).toContain('linf, l2');
  });
  it('a target that is no class of the model', async () => {
    told(await gibbon(['attack', 'pgd', '--target', '99', '--n', '20']), 'E_USAGE');
  });
  it('mean and std for another number of channels', async () => {
    told(await gibbon(['audit', '--n', '20', '--preset', 'quick', '--mean', '0.5,0.5', '--std', '0.5,0.5']), 'E_USAGE');
  });
});
