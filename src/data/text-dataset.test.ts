/** Texts from the forms that corpora have. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../base/code-points.ts';
import type { DataSpec } from './dataset.ts';
import { openTexts } from './text-dataset.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gibbon-texts-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** [text, label] of every sample, labels as the data names them. */
async function pairs(spec: DataSpec): Promise<[string, string][]> {
  const dataset = await openTexts(spec);
  expect(dataset.modality).toBe('text');
  const samples = await dataset.read([...Array(dataset.length).keys()]);
  expect(dataset.longest).toBe(Math.max(...samples.map(({ data }) => data.length)));
  return samples.map(({ data, label }) => [textOf(data), dataset.labelNames?.[label ?? -1] ?? String(label)]);
}

const SMS: [string, string][] = [
  ['Ok lar... Joking wif u oni', 'ham'],
  ['"Gimme a few" was ages ago', 'ham'],
  ['WINNER!! £900 prize, call now', 'spam'],
  ['I am home, where are you', 'ham'],
];

describe('tables', () => {
  const lines = SMS.map(([text, label]) => `${label}\t${text}`);

  it.each([
    ['with a header', ['Label\tSMS', ...lines]],
    ['without one', lines],
  ])('label<TAB>text %s: quotation marks are characters', async (name, own) => {
    expect(await pairs({ path: put(`${name}.tsv`, `${own.join('\n')}\n`) })).toEqual(SMS);
    expect(await pairs({ path: put(`${name}.txt`, own.join('\r\n')) })).toEqual(SMS);
  });

  it('CSV with quoted fields, and columns beside', async () => {
    const quoted = SMS.map(([text, label], i) => `${i},"${text.replaceAll('"', '""')}",${label}`);
    expect(await pairs({ path: put('a.csv', ['id,text,label', ...quoted].join('\n')) })).toEqual(SMS);
  });

  it('columns as the user names them, by name or position', async () => {
    const path = put('b.csv', ['first,second,third', 'one text here,another text,x', 'two texts here,more of it,y'].join('\n'));
    expect(await pairs({ path, textColumn: 'second', labelColumn: '-1' })).toEqual([
      ['another text', 'x'],
      ['more of it', 'y'],
    ]);
    await expect(openTexts({ path, textColumn: 'fourth' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it.each([
    ['lines', SMS.map(([text, label]) => JSON.stringify({ text, label, meta: { a: 1 } })).join('\n')],
    ['an array', JSON.stringify(SMS.map(([text, label]) => ({ text, label })))],
  ])('JSON as %s', async (name, content) => {
    expect(await pairs({ path: put(`${name}.${name === 'lines' ? 'jsonl' : 'json'}`, content) })).toEqual(SMS);
  });

  it('numbers as labels stand for themselves', async () => {
    const own = SMS.map(([text, label]) => JSON.stringify({ sentence: text, label: label === 'spam' ? 1 : 0 }));
    expect((await pairs({ path: put('n.jsonl', own.join('\n')) })).map(([, label]) => label)).toEqual(['0', '0', '1', '0']);
  });
});

describe('files', () => {
  it('.txt in a folder by class', async () => {
    put('corpus/ham/1.txt', 'Ok lar\n');
    put('corpus/ham/2.txt', 'two\nlines');
    put('corpus/spam/1.txt', 'WINNER');
    put('corpus/readme.md', 'x');
    expect(await pairs({ path: join(folder, 'corpus') })).toEqual([
      ['Ok lar', 'ham'],
      ['two\nlines', 'ham'],
      ['WINNER', 'spam'],
    ]);
  });

  it('one text per line, with a label file', async () => {
    const path = put('lines.txt', 'first one\nsecond one\n');
    expect(await pairs({ path, labels: put('labels.txt', 'a\nb\n') })).toEqual([
      ['first one', 'a'],
      ['second one', 'b'],
    ]);
    expect((await openTexts({ path })).labels).toBeUndefined();
  });

  it.each([
    ['empty.jsonl', '\n', 'E_DATA_EMPTY'],
    ['list.jsonl', '[1, 2]', 'E_DATA_UNREADABLE'],
    ['holes.jsonl', '{"text": "a", "label": 1}\n{"text": "b"}', 'E_DATA_UNREADABLE'],
  ])('%s is refused', async (name, content, code) => {
    await expect(openTexts({ path: put(name, content) })).rejects.toMatchObject({ code });
  });

  it('a folder without texts is refused', async () => {
    put('pictures/a.png', 'x');
    await expect(openTexts({ path: join(folder, 'pictures') })).rejects.toMatchObject({ code: 'E_DATA_EMPTY' });
    await expect(openTexts({ path: join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'E_FILE_NOT_FOUND' });
  });
});
