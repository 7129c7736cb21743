/** Token ids against those of Hugging Face's own library (test/assets/tokens.json). */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from './tokenizer.ts';

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
