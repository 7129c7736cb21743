/** Token ids against those of Hugging Face's own library (test/assets/tokens.json). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTokenizer, tokenizerHash } from './tokenizer.ts';

const ASSETS = resolve(import.meta.dirname, '../../test/assets');

interface Recorded {
  readonly ids: readonly (readonly number[])[];
  readonly types: readonly (readonly number[])[];
  readonly cut48: readonly (readonly number[])[];
  readonly vocabulary: number;
}

const recorded = JSON.parse(readFileSync(resolve(ASSETS, 'tokens.json'), 'utf8')) as { texts: string[] } & Record<string, Recorded>;

describe.each(['hf-text', 'hf-text-bpe'])('%s', (name) => {
  const { ids, types, cut48, vocabulary } = recorded[name] as Recorded;

  it.each(recorded.texts.map((text, i): [string, number] => [text, i]))('%j', async (text, i) => {
    const tokenizer = await loadTokenizer(resolve(ASSETS, 'exports', name));
    expect(tokenizer.tokens(text, 1e6)).toEqual({ ids: ids[i], types: types[i] });
    expect(tokenizer.tokens(text, 48).ids).toEqual(cut48[i]);
    expect(tokenizer.largestId).toBe(vocabulary - 1);
  });
});

it('is refused where the file is no tokenizer', async () => {
  await expect(loadTokenizer(resolve(ASSETS, 'exports'))).rejects.toMatchObject({ code: 'E_FILE_NOT_FOUND' });
});

it('has a hash that any change of its files changes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gibbon-tokenizer-'));
  const hashes = new Set<string>();
  for (const [name, text] of [
    ['tokenizer.json', '{"a":1}'],
    ['tokenizer.json', '{"a":2}'],
    ['tokenizer_config.json', '{}'],
    ['tokenizer_config.json', '{"do_lower_case":true}'],
  ] as const) {
    writeFileSync(join(folder, name), text);
    hashes.add(await tokenizerHash(folder));
  }
  expect(hashes.size).toBe(4);
  expect(hashes).toContain(await tokenizerHash(folder));
  rmSync(folder, { recursive: true });
});
