/** Counts the terms of a text as scikit-learn's CountVectorizer does, by a vocabulary file beside the model. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { GibbonError } from '../base/errors.ts';
import { parseJson, readText } from './label-file.ts';

/** The vectoriser's own attributes; what is absent has scikit-learn's default. */
const vectoriser = z.object({
  vocabulary: z.record(z.string(), z.int().min(0)),
  ngram_range: z.tuple([z.int().min(1), z.int().min(1)]).default([1, 1]),
  lowercase: z.boolean().default(true),
  token_pattern: z.string().default('(?u)\\b\\w\\w+\\b'),
  binary: z.boolean().default(false),
});

export interface Vocabulary {
  /** One number for each term: the largest index and 1. */
  readonly size: number;
  /** How often each term of the vocabulary occurs. */
  counts(text: string): Float32Array;
}

/** `model_vocab.json`, `model.vocab.json` or `vocabulary.json` beside `model.onnx`; undefined where there is none. */
export async function vocabularyBeside(model: string): Promise<string | undefined> {
  const stem = model.replace(/\.[^./\\]*$/, '');
  for (const path of [`${stem}_vocab.json`, `${stem}.vocab.json`, join(dirname(model), 'vocabulary.json')]) {
    if (
      await stat(path).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/** @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE */
export async function loadVocabulary(path: string): Promise<Vocabulary> {
  const parsed = vectoriser.safeParse(parseJson(await readText(path), path));
  if (!parsed.success) throw unreadable(path, parsed.error.issues[0]?.message ?? 'not valid');
  const { vocabulary, ngram_range: range, lowercase, token_pattern: source, binary } = parsed.data;
  const index = new Map(Object.entries(vocabulary));
  const pattern = tokenPattern(source, path);
  const size = 1 + [...index.values()].reduce((max, at) => Math.max(max, at), -1);
  return {
    size,
    counts: (text) => {
      const counts = new Float32Array(size);
      const words = [...(lowercase ? text.toLowerCase() : text).matchAll(pattern)].map((match) => match[1] ?? match[0]);
      for (const term of ngrams(words, range)) {
        const at = index.get(term);
        if (at !== undefined) counts[at] = binary ? 1 : (counts[at] as number) + 1;
      }
      return counts;
    },
  };
}

function unreadable(path: string, reason: string): GibbonError {
  return new GibbonError('E_DATA_UNREADABLE', `${path} is no vocabulary that can be read: ${reason}`, {
    hint: 'It is a JSON object with vocabulary (term to index) and, where they differ from the defaults, ngram_range, lowercase and token_pattern.',
  });
}

/** Python's \w and \b know letters and digits of all scripts. */
const WORD = '[\\p{L}\\p{N}_]';
const EDGE = `(?:(?<!${WORD})(?=${WORD})|(?<=${WORD})(?!${WORD}))`;

function tokenPattern(source: string, path: string): RegExp {
  try {
    return new RegExp(
      source
        .replace(/^\(\?u\)/, '')
        .replaceAll('\\w', WORD)
        .replaceAll('\\b', EDGE),
      'gu',
    );
  } catch (cause) {
    throw unreadable(path, `its token_pattern: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function ngrams(words: readonly string[], [shortest, longest]: readonly [number, number]): string[] {
  const lengths = Array.from({ length: longest - shortest + 1 }, (_, i) => shortest + i);
  return lengths.flatMap((n) => Array.from({ length: Math.max(0, words.length - n + 1) }, (_, at) => words.slice(at, at + n).join(' ')));
}
