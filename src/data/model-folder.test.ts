/** What is taken from a model folder, and from files that merely stand beside a model. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFolder } from './model-folder.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'gibbon-folder-'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** A folder of these files; what is no text is written as JSON. */
function folder(name: string, files: Readonly<Record<string, unknown>>): string {
  for (const [file, content] of Object.entries(files)) {
    const path = join(root, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return join(root, name);
}

describe('the model', () => {
  it.each([
    [['model.onnx', 'onnx/model.onnx', 'onnx/model_q4.onnx'], 'model.onnx'],
    [['onnx/model_q4.onnx', 'onnx/model.onnx', 'onnx/model_fp16.onnx'], 'onnx/model.onnx'],
    [['onnx/b.onnx', 'onnx/a.onnx'], 'onnx/a.onnx'],
    [['net.onnx'], 'net.onnx'],
  ])('of %j is %s', async (files, model) => {
    const path = folder(`model-${files.length}-${model.replace('/', '-')}`, Object.fromEntries(files.map((file) => [file, ''])));
    const found = await openModelFolder(path);
    expect(found.model).toBe(join(path, model));
    for (const other of files.filter((file) => file !== model)) expect(found.notes.join()).toContain(other);
    expect(found.notes.length).toBe(files.length > 1 ? 1 : 0);
  });
});

describe('config.json', () => {
  const opened = (config: unknown, more: Readonly<Record<string, unknown>> = {}) =>
    openModelFolder(
      folder(
        `c${Math.abs(
          JSON.stringify([config, more])
            .split('')
            .reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7),
        )}`,
        {
          'model.onnx': '',
          'config.json': config,
          ...more,
        },
      ),
    );

  it('names the classes in order, and placeholders name nothing', async () => {
    expect((await opened({ id2label: { 1: 'b', 0: 'a', 2: 'c' } })).classNames).toEqual(['a', 'b', 'c']);
    expect((await opened({ id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } })).classNames).toBeUndefined();
    expect((await opened({ id2label: { 1: 'a', 2: 'b' } })).classNames).toBeUndefined();
  });

  it.each([
    ['BERT', { max_position_embeddings: 512 }, { model_max_length: 1e30 }, 512],
    ['RoBERTa counts from behind the padding', { max_position_embeddings: 514, model_type: 'roberta', pad_token_id: 1 }, {}, 512],
    ['the tokenizer says less', { max_position_embeddings: 512 }, { model_max_length: 128 }, 128],
    ['nobody says', {}, {}, undefined],
  ])('tells the number of tokens: %s', async (_, config, tokenizer, tokens) => {
    expect((await opened(config, { 'tokenizer_config.json': tokenizer })).maxTokens).toBe(tokens);
  });

  it.each([
    [{ architectures: ['BertForMaskedLM'] }],
    [{ architectures: ['BertForTokenClassification'] }],
    [{ architectures: ['ViTModel'] }],
    [{ architectures: ['BertForSequenceClassification'], problem_type: 'regression' }],
  ])('refuses what is no classifier: %j', async (config) => {
    await expect(opened(config)).rejects.toMatchObject({ code: 'E_MODEL_UNSUPPORTED' });
  });

  it('reads the form of timm', async () => {
    const config = {
      architecture: 'resnet50',
      label_names: ['a', 'b'],
      pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], input_size: [3, 224, 224], crop_pct: 0.95, interpolation: 'bicubic' },
    };
    expect(await opened(config)).toMatchObject({
      classNames: ['a', 'b'],
      preprocessor: { image_mean: [0.5, 0.5, 0.5], size: { shortest_edge: 235 }, crop_size: 224, do_center_crop: true, resample: 3 },
    });
  });
});

describe('files beside a model that was named itself', () => {
  it('may be anything', async () => {
    const path = folder('beside', { 'model.onnx': '', 'config.json': '// no JSON' });
    expect(await openModelFolder(join(path, 'model.onnx'))).toMatchObject({ given: false, classNames: undefined });
    await expect(openModelFolder(path)).rejects.toMatchObject({ code: 'E_DATA_UNREADABLE' });
  });

  it('are those of the folder above onnx/, too', async () => {
    const path = folder('above', { 'onnx/model_quantized.onnx': '', 'config.json': { id2label: { 0: 'x', 1: 'y' } } });
    expect((await openModelFolder(join(path, 'onnx/model_quantized.onnx'))).classNames).toEqual(['x', 'y']);
  });
});
