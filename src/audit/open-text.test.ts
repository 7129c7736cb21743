/** Hugging Face text folders from end to end of the preparation: what is found, what is refused, and answers that do not depend on company. */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTexts } from '../data/text-dataset.ts';
import type { PreprocessingFlags } from '../model/guess.ts';
import { createJudge } from '../model/judge.ts';
import { readModelFile } from '../model/model-file.ts';
import { toRow } from '../model/rows.ts';
import { keyedRng } from '../rng/rng.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { openTextFor } from './open-text.ts';
import { prepare } from './prepare.ts';
import type { SubjectSpec } from './subject.ts';

const EXPORTS = resolve(import.meta.dirname, '../../test/assets/exports');
const WORDS = join(EXPORTS, 'hf-text');
const BYTES = join(EXPORTS, 'hf-text-bpe');
const MESSAGES = join(WORDS, 'messages.csv');

const spec = (model: string, data: string, flags: PreprocessingFlags = {}): SubjectSpec => ({
  model,
  data: { path: data },
  flags,
  threads: 1,
  seed: 0,
});

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'gibbon-hf-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** A copy of a model folder, with some of its files from elsewhere. */
function folder(name: string, from: string, files: Readonly<Record<string, string>> = {}): string {
  const made = join(scratch, name);
  cpSync(from, made, { recursive: true });
  for (const [file, source] of Object.entries(files)) copyFileSync(source, join(made, file));
  return made;
}

describe('a folder', () => {
  it('says which model, tokenizer and class names', async () => {
    const prepared = await prepare(spec(WORDS, MESSAGES), ortNode);
    expect(prepared.source).toBe('model');
    expect(prepared.data.classNames).toEqual(['ham', 'spam']);
    expect(prepared.data.modality).toBe('text');
    expect(prepared.data.notes).toContain('Of this folder, onnx/model.onnx was read; onnx/model_quantized.onnx was not.');
    expect(prepared.unsupported).toEqual([]);
    expect(prepared.preprocessing.encoding).toMatchObject({
      kind: 'text',
      feed: {
        as: 'tokens',
        tokenizer: WORDS,
        maxLength: 48,
        embedded: 420,
        ports: [
          { role: 'ids', type: 'int64' },
          { role: 'mask', type: 'int64' },
          { role: 'types', type: 'int64' },
        ],
      },
    });
  });

  it('is found around a single file', async () => {
    const { folder: own } = await readModelFile(join(WORDS, 'onnx/model_quantized.onnx'));
    expect(own).toMatchObject({ tokenizer: WORDS, classNames: ['ham', 'spam'] });
  });

  it('needs a model and a tokenizer', async () => {
    mkdirSync(join(scratch, 'none'));
    await expect(readModelFile(join(scratch, 'none'))).rejects.toMatchObject({ code: 'E_FILE_NOT_FOUND' });
    const lonely = join(scratch, 'lonely.onnx');
    copyFileSync(join(WORDS, 'onnx/model.onnx'), lonely);
    await expect(prepare(spec(lonely, MESSAGES), ortNode)).rejects.toMatchObject({ code: 'E_MODEL_UNSUPPORTED', hint: /--tokenizer/ });
    const prepared = await prepare(spec(lonely, MESSAGES, { tokenizer: WORDS }), ortNode);
    expect(prepared.source).toBe('flags');
  });
});

describe("another model's tokenizer", () => {
  it('is refused where it has tokens that the model does not embed', async () => {
    const wrong = folder('larger', WORDS, { 'tokenizer.json': join(BYTES, 'tokenizer.json') });
    await expect(prepare(spec(wrong, MESSAGES), ortNode)).rejects.toMatchObject({
      code: 'E_PREPROCESSING_UNCLEAR',
      message: /embeds only 0 to 419/,
      hint: /tokenizer/,
    });
  });

  it('gets no verdict where it fits, and the labels do not', async () => {
    const wrong = folder('smaller', BYTES, { 'tokenizer.json': join(WORDS, 'tokenizer.json') });
    await expect(prepare(spec(wrong, MESSAGES), ortNode)).rejects.toMatchObject({
      code: 'E_PREPROCESSING_UNCLEAR',
      message: /no better than by chance/,
      hint: /the tokenizer in .*smaller is the one/,
    });
  });

  it('gets no verdict where only the order of its tokens is wrong', async () => {
    const wrong = folder('turned', WORDS);
    const { default: tokenizer } = await import(join(WORDS, 'tokenizer.json'), { with: { type: 'json' } });
    const size = Object.keys(tokenizer.model.vocab).length;
    const turned = Object.fromEntries(
      Object.entries<number>(tokenizer.model.vocab).map(([token, id]) => [token, id < 5 ? id : size + 4 - id]),
    );
    writeFileSync(join(wrong, 'tokenizer.json'), JSON.stringify({ ...tokenizer, model: { ...tokenizer.model, vocab: turned } }));
    await expect(prepare(spec(wrong, MESSAGES), ortNode)).rejects.toMatchObject({ code: 'E_PREPROCESSING_UNCLEAR' });
  });
});

describe.each([
  ['WordPiece', join(WORDS, 'onnx/model.onnx')],
  ['byte-level BPE', join(BYTES, 'onnx/model.onnx')],
  ['WordPiece, 8 bits', join(WORDS, 'onnx/model_quantized.onnx')],
  ['BPE, 8 bits', join(BYTES, 'onnx/model_quantized.onnx')],
])('%s', (_, path) => {
  it('answers alike alone, in company and in any order', async () => {
    const model = await readModelFile(path);
    const data = join(path, '../../messages.csv');
    const { preprocessing } = await openTextFor(model, spec(path, data));
    const dataset = await openTexts({ path: data });
    const samples = await dataset.read(Array.from({ length: 40 }, (__, i) => i));
    const rows = await Promise.all(samples.map((sample) => toRow(sample, preprocessing, async () => new Float32Array())));
    const judge = await createJudge(model, preprocessing, ortNode);
    const together = await judge.scores([...rows, ...rows.slice(0, 5)]);
    const order = keyedRng(0, 'order').shuffle([...rows.keys()]);
    const shuffled = await judge.scores(order.map((i) => rows[i] as Float32Array));
    for (const [at, i] of order.entries()) {
      expect(shuffled[at]).toEqual(together[i]);
      expect((await judge.scores([rows[i] as Float32Array]))[0]).toEqual(together[i]);
    }
    expect(together.slice(40)).toEqual(together.slice(0, 5));
    await judge.release();
  });
});
