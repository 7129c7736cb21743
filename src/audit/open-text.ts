/** Opens texts for a model that takes strings or tokens: what its inputs are fed with, and how long a row has to be. */
import { GibbonError } from '../base/errors.ts';
import { hashFiles } from '../data/hash.ts';
import { tokenLimits } from '../data/model-folder.ts';
import { openTexts, type TextDataset } from '../data/text-dataset.ts';
import { loadTokenizer, tokenizerHash } from '../data/tokenizer.ts';
import { loadVocabulary } from '../data/vocabulary.ts';
import { embeddingRows } from '../model/embedding-rows.ts';
import type { ModelFile } from '../model/model-file.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { type TextEncoding, tokenPorts, wrongTokenizer } from '../model/text-encoding.ts';
import type { SubjectSpec } from './subject.ts';

export interface OpenedText {
  readonly dataset: TextDataset;
  readonly preprocessing: Preprocessing;
  readonly notes: readonly string[];
}

/** Characters that edits may add to the longest text, and the longest row: texts beyond it are cut. */
const ROOM = 64;
const LONGEST = 8192;
/** Where no file says how many tokens a model takes. */
const USUAL_TOKENS = 512;

/** Does the model take tokens, one string for each example, or counts of terms that a file beside it names? */
export function isTextModel({ inputs, folder }: Pick<ModelFile, 'inputs' | 'folder'>): boolean {
  if (tokenPorts(inputs) !== undefined) return true;
  const [input, ...others] = inputs;
  if (!input || others.length > 0) return false;
  // A row of several strings is one of a table.
  const isOneString = input.type === 'string' && !(Number(input.shape?.[1]) > 1);
  return isOneString || (folder.vocabulary !== undefined && input.type === 'float32' && input.shape?.length === 2);
}

/** @throws GibbonError for texts that cannot be read, or a model whose tokenizer is missing or another model's */
export async function openTextFor(model: ModelFile, { data, flags }: SubjectSpec): Promise<OpenedText> {
  const dataset = await openTexts(data);
  const feed = await feedFor(model, flags.tokenizer);
  const { length, notes } = rowLength(dataset);
  return {
    dataset,
    preprocessing: textPreprocessing(feed, length),
    notes,
  };
}

/** Rows of so many code points, fed to a model in this way. */
export function textPreprocessing(feed: TextEncoding['feed'], length: number): Preprocessing {
  return {
    modality: 'text',
    layout: 'none',
    channels: 'none',
    shape: [length],
    mean: [0],
    std: [1],
    resize: 'crop',
    encoding: { kind: 'text', feed },
  };
}

/** Code points of a row: the longest text and some room. */
export function rowLength({ longest }: Pick<TextDataset, 'longest'>): { readonly length: number; readonly notes: readonly string[] } {
  const length = Math.min(LONGEST, longest + ROOM);
  return { length, notes: longest > length ? [`Texts are cut after ${length} characters; the longest has ${longest}.`] : [] };
}

async function feedFor(model: ModelFile, tokenizer: string | undefined): Promise<TextEncoding['feed']> {
  if (model.input.type === 'string') return stringFeed(model);
  const { vocabulary } = model.folder;
  return vocabulary === undefined || tokenPorts(model.inputs) ? tokenFeed(model, tokenizer) : countFeed(model, vocabulary);
}

async function countFeed({ input }: ModelFile, vocabulary: string): Promise<TextEncoding['feed']> {
  const { size } = await loadVocabulary(vocabulary);
  const wanted = input.shape?.[1];
  if (typeof wanted === 'number' && wanted !== size) {
    throw new GibbonError('E_PREPROCESSING_UNCLEAR', `the vocabulary ${vocabulary} has ${size} terms, the model counts ${wanted}`, {
      hint: "This is another model's vocabulary. Put the one that the model was trained with beside it.",
    });
  }
  return { as: 'counts', port: input.name, vocabulary, sha256: await hashFiles([{ path: vocabulary }]) };
}

function stringFeed({ input }: ModelFile): TextEncoding['feed'] {
  const wide = input.shape?.[1];
  if (input.shape !== null && (input.shape.length > 2 || (typeof wide === 'number' && wide !== 1))) {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's input ${input.name} takes ${input.shape.join('×')} strings for an example`, {
      hint: 'Texts fill an input of shape [N] or [N, 1].',
    });
  }
  return { as: 'string', port: input.name, rank: input.shape?.length === 2 ? 2 : 1 };
}

async function tokenFeed(model: ModelFile, given: string | undefined): Promise<TextEncoding['feed']> {
  const folder = given ?? model.folder.tokenizer;
  if (folder === undefined) {
    throw new GibbonError(
      'E_MODEL_UNSUPPORTED',
      `the model takes tokens (${model.inputs.map(({ name }) => name).join(', ')}), and there is no tokenizer`,
      {
        hint: 'Put tokenizer.json beside it, or name its folder: --tokenizer FOLDER. AutoTokenizer.from_pretrained(model).save_pretrained(folder) writes one.',
      },
    );
  }
  const [ports, ids] = [tokenPorts(model.inputs) ?? [], idsOf(model)];
  const [tokenizer, embedded] = [await loadTokenizer(folder), embeddingRows(model.graph, ids.name)];
  if (embedded !== undefined && tokenizer.largestId >= embedded) throw wrongTokenizer(folder, tokenizer.largestId, embedded);
  const fixed = ids.shape?.[1];
  const { maxTokens, padToken } = given === undefined ? model.folder : await tokenLimits(given);
  const length = typeof fixed === 'number' && fixed > 0 ? fixed : undefined;
  return {
    as: 'tokens',
    tokenizer: folder,
    sha256: await tokenizerHash(folder),
    ports,
    maxLength: Math.min(length ?? Number.POSITIVE_INFINITY, maxTokens ?? length ?? USUAL_TOKENS),
    ...(length !== undefined && { fill: { length, id: padToken ?? tokenizer.idOf('[PAD]') ?? tokenizer.idOf('<pad>') ?? 0 } }),
    ...(embedded !== undefined && { embedded }),
  };
}

function idsOf({ inputs }: ModelFile): ModelFile['input'] {
  const name = tokenPorts(inputs)?.find(({ role }) => role === 'ids')?.name;
  return inputs.find((port) => port.name === name) ?? (inputs[0] as ModelFile['input']);
}
