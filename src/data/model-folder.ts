/** A Hugging Face model folder: which ONNX file is meant, and what the files beside it say of its inputs and outputs. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GibbonError } from '../base/errors.ts';
import { parseJson, readText } from './label-file.ts';
import { vocabularyBeside } from './vocabulary.ts';

export interface ModelFolder {
  /** The ONNX file. */
  readonly model: string;
  /** Was the folder named, rather than found around a file? Then what it says belongs to the model. */
  readonly given: boolean;
  /** Class names in the order of the outputs, of config.json's id2label. */
  readonly classNames: readonly string[] | undefined;
  /** The folder of tokenizer.json, where there is one. */
  readonly tokenizer: string | undefined;
  /** The most tokens that the model takes, and the one that fills up, as far as its files tell. */
  readonly maxTokens: number | undefined;
  readonly padToken: number | undefined;
  /** A file with the terms that a bag-of-words model counts. */
  readonly vocabulary: string | undefined;
  /** preprocessor_config.json as it is, or what timm's config.json says in its form. */
  readonly preprocessor: Config | undefined;
  readonly notes: readonly string[];
}

/** In this order; quantised and half-precision variants are asked for by their own path. */
const PREFERRED = ['model.onnx', 'onnx/model.onnx', 'onnx/model_fp32.onnx'];

/** @throws GibbonError E_FILE_NOT_FOUND for a folder without a model, E_DATA_UNREADABLE for files that are no JSON */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const { model, notes } = isFolder ? await modelIn(path) : { model: path, notes: [] };
  const folder = isFolder ? path : await folderAround(path);
  const vocabulary = await vocabularyBeside(model);
  if (folder === undefined)
    return {
      model,
      given: false,
      classNames: undefined,
      tokenizer: undefined,
      maxTokens: undefined,
      padToken: undefined,
      vocabulary,
      preprocessor: undefined,
      notes,
    };
  const [config, tokenizer, preprocessor] = await Promise.all(
    ['config.json', 'tokenizer_config.json', 'preprocessor_config.json'].map((name) => record(join(folder, name), isFolder)),
  );
  if (isFolder) assertClassifier(path, config);
  const hasTokenizer = await exists(join(folder, 'tokenizer.json'));
  return {
    model,
    given: isFolder,
    classNames: classNames(config?.id2label) ?? texts(config?.label_names),
    tokenizer: hasTokenizer ? folder : undefined,
    ...limits(config, tokenizer),
    vocabulary,
    preprocessor: preprocessor ?? fromTimm(config?.pretrained_cfg),
    notes,
  };
}

/** What the files beside a tokenizer say of the tokens that its model takes. */
export async function tokenLimits(folder: string): Promise<Pick<ModelFolder, 'maxTokens' | 'padToken'>> {
  const [config, tokenizer] = await Promise.all(['config.json', 'tokenizer_config.json'].map((name) => record(join(folder, name), false)));
  return limits(config, tokenizer);
}

function limits(config: Config | undefined, tokenizer: Config | undefined): Pick<ModelFolder, 'maxTokens' | 'padToken'> {
  return { maxTokens: smallest(tokenizer?.model_max_length, positions(config)), padToken: integer(config?.pad_token_id) };
}

async function modelIn(folder: string): Promise<{ model: string; notes: string[] }> {
  const within = async (name: string): Promise<string[]> =>
    (await readdir(join(folder, name)).catch((): string[] => [])).filter((one) => /\.onnx$/i.test(one)).map((one) => join(name, one));
  const found = [...(await within('.')), ...(await within('onnx'))].sort();
  const model = PREFERRED.find((name) => found.includes(join(name))) ?? found[0];
  if (model === undefined) {
    throw new GibbonError('E_FILE_NOT_FOUND', `there is no ONNX file in ${folder} or in its folder onnx`, {
      hint: 'Export it there: optimum-cli export onnx --model NAME FOLDER.',
    });
  }
  const others = found.filter((name) => name !== join(model));
  const notes =
    others.length === 0 ? [] : [`Of this folder, ${model} was read; ${others.join(', ')} ${others.length === 1 ? 'was' : 'were'} not.`];
  return { model: join(folder, model), notes };
}

/** Any of these makes a folder one that says what its model takes. */
const FILES = ['config.json', 'tokenizer.json', 'preprocessor_config.json'];

/** The folder with such files of a model file: its own, or the one above `onnx`. */
async function folderAround(model: string): Promise<string | undefined> {
  const own = dirname(model);
  const known = async (folder: string): Promise<boolean> =>
    (await Promise.all(FILES.map((name) => exists(join(folder, name))))).includes(true);
  if (await known(own)) return own;
  return basename(own) === 'onnx' && (await known(dirname(own))) ? dirname(own) : undefined;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

type Config = Readonly<Record<string, unknown>>;

const isConfig = (value: unknown): value is Config => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A file that happens to stand beside a model may be anything; one in a folder that was named has to be what its name says. */
async function record(path: string, isNamed: boolean): Promise<Config | undefined> {
  if (!(await exists(path))) return undefined;
  const value: unknown = isNamed
    ? parseJson(await readText(path), path)
    : await readText(path)
        .then(JSON.parse)
        .catch(() => undefined);
  if (isConfig(value)) return value;
  if (!isNamed) return undefined;
  throw new GibbonError('E_DATA_UNREADABLE', `${path} holds no JSON object`, { hint: "Take the file from the model's own folder." });
}

/** Heads of transformers that decide about a whole example. */
const CLASSIFIES = /(Sequence|Image|Audio|Video)Classification/;

/** @throws GibbonError E_MODEL_UNSUPPORTED for a model that does something else */
function assertClassifier(path: string, config: Config | undefined): void {
  const [architecture] = texts(config?.architectures) ?? [];
  const does = architecture && /(For[A-Z]|Model$)/.test(architecture) && !CLASSIFIES.test(architecture) ? architecture : undefined;
  const other = does ?? (config?.problem_type === 'regression' ? 'a regression' : undefined);
  if (other === undefined) return;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `config.json in ${path} says ${other}; Gibbon audits classifiers`, {
    hint: 'Export the model with its classification head: optimum-cli export onnx --task text-classification (or image-classification, audio-classification).',
  });
}

const INTERPOLATIONS: Readonly<Record<string, number>> = { nearest: 0, lanczos: 1, bilinear: 2, bicubic: 3 };

/** timm's pretrained_cfg in the form of a preprocessor_config.json. */
function fromTimm(own: unknown): Config | undefined {
  if (!isConfig(own) || !Array.isArray(own.mean) || !Array.isArray(own.std)) return undefined;
  const [, height] = Array.isArray(own.input_size) ? own.input_size : [];
  const share = typeof own.crop_pct === 'number' && own.crop_pct > 0 ? own.crop_pct : 1;
  const size =
    typeof height === 'number' ? { size: { shortest_edge: Math.floor(height / share) }, do_center_crop: true, crop_size: height } : {};
  return { image_mean: own.mean, image_std: own.std, resample: INTERPOLATIONS[String(own.interpolation)] ?? 2, ...size };
}

const texts = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.length > 0 && value.every((one): one is string => typeof one === 'string') ? value : undefined;

/** Names in order; undefined unless every class from 0 on has one that is not the placeholder LABEL_i. */
function classNames(id2label: unknown): string[] | undefined {
  if (typeof id2label !== 'object' || id2label === null) return undefined;
  const entries = Object.entries(id2label);
  const names = entries.map((_, i) => (id2label as Record<string, unknown>)[String(i)]);
  if (names.length < 2 || !names.every((name): name is string => typeof name === 'string')) return undefined;
  return names.every((name, i) => name === `LABEL_${i}`) ? undefined : names;
}

const integer = (value: unknown): number | undefined => (typeof value === 'number' && Number.isInteger(value) ? value : undefined);

/** The number of positions; RoBERTa and its kin count them from behind the padding token. */
function positions(config: Config | undefined): number | undefined {
  const count = integer(config?.max_position_embeddings) ?? integer(config?.n_positions);
  const offset = /roberta|camembert|longformer|mpnet/.test(String(config?.model_type)) ? (integer(config?.pad_token_id) ?? 1) + 1 : 0;
  return count === undefined || count < 1 ? undefined : count - offset;
}

/** "No limit" is written as a huge number. */
function smallest(...values: readonly unknown[]): number | undefined {
  const known = values.filter((value): value is number => typeof value === 'number' && value > 0 && value < 1e6);
  return known.length === 0 ? undefined : Math.min(...known);
}
