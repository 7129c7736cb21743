/** Counts of terms against scikit-learn's CountVectorizer (test/assets/counts.json). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadVocabulary, vocabularyBeside } from './vocabulary.ts';

interface Case {
  readonly params: Readonly<Record<string, unknown>>;
  readonly vocabulary: Readonly<Record<string, number>>;
  readonly counts: readonly (readonly number[])[];
}

const { texts, cases } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../test/assets/counts.json'), 'utf8')) as {
  texts: string[];
  cases: Case[];
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gibbon-vocabulary-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

it.each(cases.map((one): [string, Case] => [JSON.stringify(one.params), one]))('%s', async (_, { params, vocabulary, counts }) => {
  const own = await loadVocabulary(put('model_vocab.json', { vocabulary, ...params }));
  expect(own.size).toBe(Object.keys(vocabulary).length);
  for (const [i, text] of texts.entries()) expect([...own.counts(text)]).toEqual(counts[i]);
});

it('is found beside a model, and refused where it is none', async () => {
  put('model_vocab.json', { vocabulary: { a: 0 } });
  expect(await vocabularyBeside(join(folder, 'model.onnx'))).toBe(join(folder, 'model_vocab.json'));
  expect(await vocabularyBeside(join(folder, 'other.onnx'))).toBeUndefined();
  await expect(loadVocabulary(put('bad.json', { vocabulary: ['a'] }))).rejects.toMatchObject({ code: 'E_DATA_UNREADABLE' });
  await expect(loadVocabulary(put('bad.json', { vocabulary: { a: 0 }, token_pattern: '(' }))).rejects.toMatchObject({
    code: 'E_DATA_UNREADABLE',
  });
});
