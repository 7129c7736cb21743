/** Flags that `audit` and `attack` share, and what they mean. */

import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AuditOptions } from '../audit/options.ts';
import { GibbonError } from '../base/errors.ts';
import type { DataSpec } from '../data/dataset.ts';
import type { PreprocessingFlags } from '../model/guess.ts';
import { NORMS, type Norm } from '../threat/ball.ts';
import { parseEpsilon } from '../threat/epsilon.ts';

export interface SharedFlags {
  data?: string;
  labels?: string;
  classes?: string;
  n?: number;
  first?: number;
  epsilon?: string;
  norm: Norm;
  seed: number;
  layout?: 'NCHW' | 'NHWC';
  channels?: 'rgb' | 'bgr' | 'grayscale';
  mean?: number[];
  std?: number[];
  resize?: 'crop' | 'stretch';
  size?: [number, number];
  batch?: number;
  workers?: number;
  json?: string;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number of at least 1, please.');
  return value;
};

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('A whole number, please.');
  return value;
};

const numbers = (text: string): number[] => {
  const values = text.split(',').map(Number);
  if (text.trim() === '' || values.some((value) => !Number.isFinite(value)))
    throw new InvalidArgumentError('Numbers separated by commas, please.');
  return values;
};

const spreads = (text: string): number[] => {
  const values = numbers(text);
  if (values.some((value) => value <= 0)) throw new InvalidArgumentError('Numbers above 0 separated by commas, please.');
  return values;
};

const size = (text: string): [number, number] => {
  const [height, width = height] = text.split(/[x×]/).map(Number);
  if (![height, width].every((side) => Number.isInteger(side) && Number(side) > 0) || height === undefined || width === undefined)
    throw new InvalidArgumentError('A size such as 224 or 224x320, please.');
  return [height, width];
};

/** Adds the shared flags to a command. */
export function withShared(command: Command): Command {
  return command
    .option('--data <path>', 'labelled data: image or WAV folder by class, IDX, CIFAR binary, NPY, NPZ')
    .option('--labels <file>', 'labels, where the data does not carry them: IDX, NPY, CSV, JSON or one per line')
    .option('--classes <file>', "class names in the model's output order: JSON array or one per line")
    .addOption(new Option('--n <count>', 'audit this many examples, stratified by class and seeded').argParser(positive).conflicts('first'))
    .addOption(new Option('--first <count>', 'audit the first so many in file order').argParser(positive))
    .option('--epsilon <size>', 'largest perturbation, in input units before normalisation: 0.3 or 8/255')
    .addOption(new Option('--norm <norm>', 'how its size is measured').choices(NORMS).default('linf'))
    .addOption(new Option('--seed <number>', 'seed of everything random').argParser(whole).default(0))
    .addOption(new Option('--layout <layout>', 'where channels stand').choices(['NCHW', 'NHWC']))
    .addOption(new Option('--channels <order>', 'channel order').choices(['rgb', 'bgr', 'grayscale']))
    .addOption(new Option('--mean <numbers>', 'input = (value - mean) / std, for values in [0, 1]').argParser(numbers))
    .addOption(new Option('--std <numbers>', 'see --mean').argParser(spreads))
    .addOption(new Option('--resize <mode>', "how images reach the model's size").choices(['crop', 'stretch']))
    .addOption(new Option('--size <pixels>', 'input size, where the model leaves it open').argParser(size))
    .addOption(new Option('--batch <rows>', 'rows per graph run').argParser(positive))
    .addOption(new Option('--workers <count>', 'worker processes (default: one per CPU)').argParser(positive))
    .option('--json <file>', 'write the result as JSON');
}

/** The model and data that ship with the package. */
const shipped = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DEMO = {
  models: [
    { path: shipped('../../models/mnist-natural.onnx'), name: 'mnist-natural' },
    { path: shipped('../../models/mnist-adversarial.onnx'), name: 'mnist-adversarial' },
  ],
  data: { path: shipped('../demo/mnist-t10k-images-idx3-ubyte'), labels: shipped('../demo/mnist-t10k-labels-idx1-ubyte') },
  dataName: 'MNIST, first 1 000 test images (shipped with Gibbon)',
};

/** What the shipped pair was trained with: nothing to guess. */
const DEMO_SCALE: PreprocessingFlags = { mean: [0], std: [1] };

export type Resolved = Pick<AuditOptions, 'models' | 'data' | 'dataName' | 'flags' | 'n' | 'first' | 'epsilon' | 'norm' | 'seed' | 'batch'>;

/** From flags to options. Without a model the shipped pair is audited. @throws GibbonError E_USAGE */
export function resolved(models: readonly string[], flags: SharedFlags): Resolved {
  if (flags.epsilon !== undefined && parseEpsilon(flags.epsilon).value === 0) {
    throw new GibbonError('E_USAGE', 'epsilon 0 leaves an attacker nothing to change', {
      hint: 'Give a budget above 0: --epsilon 0.3 or --epsilon 8/255. Without --epsilon the usual one for this kind of data is taken.',
    });
  }
  const common = {
    flags: preprocessingFlags(flags),
    n: flags.n,
    first: flags.first,
    epsilon: flags.epsilon,
    norm: flags.norm,
    seed: flags.seed,
    batch: flags.batch,
  };
  if (models.length === 0) {
    if (flags.data !== undefined)
      throw new GibbonError('E_USAGE', '--data is given, but no model', { hint: 'gibbon audit model.onnx --data ./images' });
    return { ...DEMO, ...common, flags: { ...DEMO_SCALE, ...common.flags } };
  }
  if (flags.data === undefined) {
    throw new GibbonError('E_USAGE', 'which data? An audit needs labelled examples', {
      hint: 'Add --data with a folder of images by class, an IDX, CIFAR, NPY or NPZ file. See `gibbon audit --help`.',
    });
  }
  for (const path of models)
    if (!existsSync(path))
      throw new GibbonError('E_FILE_NOT_FOUND', `there is no file ${path}`, { hint: 'Give the path of an .onnx file.' });
  const data: DataSpec = {
    path: flags.data,
    ...(flags.labels === undefined ? {} : { labels: flags.labels }),
    ...(flags.classes === undefined ? {} : { classes: flags.classes }),
  };
  return { ...common, models: models.map((path, i) => ({ path, name: nameOf(models, path, i) })), data };
}

/** File names, numbered where two are alike. */
function nameOf(models: readonly string[], path: string, at: number): string {
  const plain = (one: string): string => basename(one, extname(one));
  return models.some((other, i) => i !== at && plain(other) === plain(path)) ? `${plain(path)}-${at + 1}` : plain(path);
}

function preprocessingFlags({ layout, channels, mean, std, resize, size: pixels }: SharedFlags): PreprocessingFlags {
  return {
    ...(layout && { layout }),
    ...(channels && { channels }),
    ...(mean && { mean }),
    ...(std && { std }),
    ...(resize && { resize }),
    ...(pixels && { size: pixels }),
  };
}
