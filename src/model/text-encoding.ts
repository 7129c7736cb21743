/** How a text becomes a model's inputs: as a string, or as token ids by the tokenizer that belongs to the model. */
import { textOf } from '../base/code-points.ts';
import { GibbonError } from '../base/errors.ts';
import { type LoadedTokenizer, loadTokenizer, type Tokens } from '../data/tokenizer.ts';
import { loadVocabulary, type Vocabulary } from '../data/vocabulary.ts';
import type { Port } from '../onnx/graph.ts';
import type { Feeds, HostTensor } from '../runtime/runtime.ts';
import type { Encoder } from './encoder.ts';

/** What an input of a token model takes. */
export type TokenRole = 'ids' | 'mask' | 'types' | 'positions';

export interface TokenPort {
  readonly role: TokenRole;
  readonly name: string;
  readonly type: 'int64' | 'int32' | 'float32';
}

/** A string tensor of shape [N] or [N, 1]. */
interface StringFeed {
  readonly as: 'string';
  readonly port: string;
  readonly rank: 1 | 2;
}

/** Counts of the terms of a vocabulary, as a float tensor [N, terms]. */
interface CountFeed {
  readonly as: 'counts';
  readonly port: string;
  readonly vocabulary: string;
  /** Of that file: other terms are other inputs. */
  readonly sha256: string;
}

interface TokenFeed {
  readonly as: 'tokens';
  /** Folder of tokenizer.json. */
  readonly tokenizer: string;
  /** Of its files: other tokens are other inputs. */
  readonly sha256: string;
  readonly ports: readonly TokenPort[];
  readonly maxLength: number;
  /** Where the model insists on a number of tokens: filled up with this id, and the mask says so. */
  readonly fill?: { readonly length: number; readonly id: number };
  /** Rows of the embedding table, where it was found. */
  readonly embedded?: number;
}

/** Plain JSON, since it travels to workers. */
export interface TextEncoding {
  readonly kind: 'text';
  readonly feed: StringFeed | CountFeed | TokenFeed;
}

/** One line for people. */
export function describeFeed({ feed }: TextEncoding): string {
  if (feed.as === 'string') return 'text as it is';
  if (feed.as === 'counts') return `text as counts of the terms in ${feed.vocabulary}`;
  return `text as tokens, at most ${feed.maxLength}, by the tokenizer in ${feed.tokenizer}`;
}

/** @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE where the tokenizer cannot be loaded */
export async function textEncoder({ feed }: TextEncoding): Promise<Encoder> {
  if (feed.as === 'string') return stringEncoder(feed);
  if (feed.as === 'counts') return countEncoder(feed, await loadVocabulary(feed.vocabulary));
  return tokenEncoder(feed, await loadTokenizer(feed.tokenizer));
}

function stringEncoder({ port, rank }: StringFeed): Encoder {
  return (rows) => ({
    [port]: { type: 'string', shape: rank === 1 ? [rows.length] : [rows.length, 1], data: rows.map(textOf) },
  });
}

function countEncoder({ port }: CountFeed, { size, counts }: Vocabulary): Encoder {
  const encode = (rows: readonly Float32Array[]): Feeds => {
    const data = new Float32Array(rows.length * size);
    for (const [i, row] of rows.entries()) data.set(counts(textOf(row)), i * size);
    return { [port]: { type: 'float32', shape: [rows.length, size], data } };
  };
  return encode;
}

function tokenEncoder(feed: TokenFeed, tokenizer: LoadedTokenizer): Encoder {
  const known = new WeakMap<Float32Array, Tokens>();
  const tokensOf = (row: Float32Array): Tokens => {
    const found = known.get(row) ?? atLeastOne(feed, tokenizer.tokens(textOf(row), feed.maxLength));
    if (!known.has(row)) assertEmbedded(feed, found);
    known.set(row, found);
    return found;
  };
  return Object.assign((rows: readonly Float32Array[]): Feeds => feedsOf(feed, rows.map(tokensOf)), {
    // Rows of one length share a run, without padding: so no answer depends on what else was asked.
    signature: (row: Float32Array) => {
      const { ids } = tokensOf(row);
      return { key: ids.join(' '), length: feed.fill?.length ?? ids.length };
    },
  });
}

/** A text without any token would be a tensor without elements. */
function atLeastOne({ fill }: TokenFeed, tokens: Tokens): Tokens {
  return tokens.ids.length > 0 ? tokens : { ids: [fill?.id ?? 0], types: [0] };
}

function assertEmbedded({ embedded, tokenizer }: TokenFeed, { ids }: Tokens): void {
  const largest = ids.reduce((a, b) => Math.max(a, b), 0);
  if (embedded !== undefined && largest >= embedded) throw wrongTokenizer(tokenizer, largest, embedded);
}

export function wrongTokenizer(folder: string, id: number, embedded: number): GibbonError {
  return new GibbonError(
    'E_PREPROCESSING_UNCLEAR',
    `the tokenizer in ${folder} has token ${id}, the model embeds only 0 to ${embedded - 1}`,
    {
      hint: "This is another model's tokenizer. Put the one that the model was trained with beside it, or name its folder: --tokenizer FOLDER.",
    },
  );
}

const VALUES: Readonly<Record<TokenRole, (tokens: Tokens, i: number) => number>> = {
  ids: ({ ids }, i) => ids[i] as number,
  types: ({ types }, i) => types[i] ?? 0,
  mask: () => 1,
  positions: (_, i) => i,
};

function feedsOf({ ports, fill }: TokenFeed, rows: readonly Tokens[]): Feeds {
  const length = fill?.length ?? rows[0]?.ids.length ?? 0;
  const beyond = (role: TokenRole, i: number): number => (role === 'ids' ? (fill?.id ?? 0) : role === 'positions' ? i : 0);
  return Object.fromEntries(
    ports.map(({ role, name, type }) => {
      const values = rows.flatMap((row) => Array.from({ length }, (_, i) => (i < row.ids.length ? VALUES[role](row, i) : beyond(role, i))));
      return [name, tensor(type, values, [rows.length, length])];
    }),
  );
}

function tensor(type: TokenPort['type'], values: readonly number[], shape: number[]): HostTensor {
  if (type === 'int64') return { type, shape, data: BigInt64Array.from(values, BigInt) };
  return { type, shape, data: type === 'int32' ? Int32Array.from(values) : Float32Array.from(values) };
}

const ROLES: Readonly<Record<TokenRole, RegExp>> = {
  ids: /^(input_?ids|input_?word_?ids|ids|tokens)$/i,
  mask: /^(attention_?mask|input_?mask|mask)$/i,
  types: /^(token_?type_?ids|segment_?ids|input_?type_?ids)$/i,
  positions: /^position_?ids$/i,
};

/** Which input takes what; undefined unless every input has a known role and one takes the ids. */
export function tokenPorts(inputs: readonly Port[]): TokenPort[] | undefined {
  const ports = inputs.flatMap(({ name, type }): TokenPort[] => {
    const role = (Object.keys(ROLES) as TokenRole[]).find((one) => ROLES[one].test(name.replace(/:\d+$/, '')));
    return role && (type === 'int64' || type === 'int32' || type === 'float32') ? [{ role, name, type }] : [];
  });
  return ports.length === inputs.length && ports.some(({ role }) => role === 'ids') ? ports : undefined;
}
