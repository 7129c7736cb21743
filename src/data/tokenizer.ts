/** Loads a Hugging Face tokenizer from its folder, offline. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { GibbonError } from '../base/errors.ts';
import { hashFiles } from './hash.ts';
import { parseJson, readText } from './label-file.ts';

/** Token ids of a text with the special tokens around it, and their segment ids. */
export interface Tokens {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

export interface LoadedTokenizer {
  /** At most `maxLength` tokens: the text is cut at its end, the special tokens stay. */
  tokens(text: string, maxLength: number): Tokens;
  idOf(token: string): number | undefined;
  /** Largest id of the vocabulary proper, without tokens that were added to it. */
  readonly largestId: number;
}

const [OWN, CONFIG] = ['tokenizer.json', 'tokenizer_config.json'];

/** SHA-256 of all that the tokens of a text depend on. @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE */
export async function tokenizerHash(folder: string): Promise<string> {
  const config = join(folder, CONFIG);
  const hasConfig = (await stat(config).catch(() => undefined)) !== undefined;
  return hashFiles([{ path: join(folder, OWN), name: OWN }, ...(hasConfig ? [{ path: config, name: CONFIG }] : [])]);
}

/** @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE */
export async function loadTokenizer(folder: string): Promise<LoadedTokenizer> {
  const path = join(folder, OWN);
  const [json, config] = [parseJson(await readText(path), path), await optionalJson(join(folder, CONFIG))];
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(json as object, config as object);
  } catch (cause) {
    throw new GibbonError(
      'E_DATA_UNREADABLE',
      `${path} is no tokenizer that can be read: ${cause instanceof Error ? cause.message : cause}`,
      {
        hint: 'Save it again: AutoTokenizer.from_pretrained(model).save_pretrained(folder).',
        cause,
      },
    );
  }
  return {
    tokens: (text, maxLength) => encoded(tokenizer, text, maxLength),
    idOf: (token) => tokenizer.token_to_id(token),
    largestId: [...tokenizer.get_vocab(false).values()].reduce((max, id) => Math.max(max, id), 0),
  };
}

async function optionalJson(path: string): Promise<unknown> {
  const found = await stat(path).catch(() => undefined);
  return found ? parseJson(await readText(path), path) : {};
}

function encoded(tokenizer: Tokenizer, text: string, maxLength: number): Tokens {
  const { ids, token_type_ids: types } = tokenizer.encode(text, { return_token_type_ids: true });
  if (ids.length <= maxLength) return { ids, types };
  const own = tokenizer.encode(text, { add_special_tokens: false }).ids;
  const kept = Math.max(0, maxLength - (ids.length - own.length));
  const start = firstIndex(ids, own);
  const cut = (all: readonly number[]): number[] => [...all.slice(0, start + kept), ...all.slice(start + own.length)].slice(0, maxLength);
  return { ids: cut(ids), types: cut(types) };
}

/** Where the text's own tokens begin among all. */
function firstIndex(ids: readonly number[], own: readonly number[]): number {
  for (let start = 0; start + own.length <= ids.length; start++) if (own.every((id, i) => ids[start + i] === id)) return start;
  return 0;
}
