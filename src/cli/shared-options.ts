/** Flags that `audit` and `attack` share, and what they mean. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AuditRequest } from '../api/request.ts';
import type { PreprocessingFlags } from '../model/guess.ts';
import { NUMERIC_METRICS, type NumericMetric } from '../threat/metric.ts';
import { type GradientFlags, gradientsOf, withGradients } from './gradient-options.ts';
import { positive, whole } from './numbers.ts';
import { type RemoteFlags, remoteOf, withRemote } from './remote-options.ts';

export interface SharedFlags extends RemoteFlags, GradientFlags {
  data?: string;
  labels?: string;
  classes?: string;
  textColumn?: string;
  tokenizer?: string;
  labelColumn?: string;
  immutable?: string[];
  n?: number;
  first?: number;
  epsilon?: string;
  norm?: NumericMetric;
  seed?: number;
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

const names = (text: string): string[] => {
  const list = text.split(',').map((name) => name.trim());
  if (list.includes('')) throw new InvalidArgumentError('Names of columns separated by commas, please.');
  return list;
};

/** Adds the shared flags to a command. */
export function withShared(command: Command): Command {
  return withGradients(withRemote(command))
    .option(
      '--data <path>',
      'labelled data: image, audio or text folder by class, IDX, CIFAR binary, NPY, NPZ, table or texts (CSV, TSV, Parquet, JSON lines)',
    )
    .option('--labels <file>', 'labels, where the data does not carry them: IDX, NPY, CSV, JSON or one per line')
    .option('--classes <file>', "class names in the model's output order: JSON array or one per line")
    .option('--text-column <column>', 'tables of texts: the column with the texts, by name or position')
    .option('--tokenizer <folder>', 'folder of tokenizer.json, where it is not beside the model')
    .option('--label-column <column>', 'tables: the column with the labels, by name or position (from 0; -1 is the last)')
    .addOption(new Option('--immutable <columns>', 'tables: columns that an attack may not change').argParser(names))
    .addOption(new Option('--n <count>', 'audit this many examples, stratified by class and seeded').argParser(positive).conflicts('first'))
    .addOption(new Option('--first <count>', 'audit the first so many in file order').argParser(positive))
    .option('--epsilon <size>', 'largest perturbation, in input units before normalisation: 0.3 or 8/255; in l0 a number of elements')
    .addOption(new Option('--norm <norm>', 'how its size is measured (default: linf)').choices(NUMERIC_METRICS))
    .addOption(new Option('--seed <number>', 'seed of everything random (default: 0)').argParser(whole))
    .addOption(new Option('--layout <layout>', 'where channels stand').choices(['NCHW', 'NHWC']))
    .addOption(new Option('--channels <order>', 'channel order').choices(['rgb', 'bgr', 'grayscale']))
    .addOption(new Option('--mean <numbers>', 'input = (value - mean) / std, for values in [0, 1]').argParser(numbers))
    .addOption(new Option('--std <numbers>', 'see --mean').argParser(spreads))
    .addOption(new Option('--resize <mode>', "how images reach the model's size").choices(['crop', 'stretch']))
    .addOption(new Option('--size <pixels>', 'input size, where the model leaves it open').argParser(size))
    .addOption(new Option('--batch <rows>', 'rows per graph run').argParser(positive))
    .addOption(new Option('--workers <count>', 'worker processes (default: one per CPU)').argParser(positive))
    .option('--json <file>', 'write the result as JSON; - for stdout alone');
}

/** The flags as the request that a program would make. */
export function requestOf(flags: SharedFlags): AuditRequest {
  const { data, labels, classes, textColumn, labelColumn, n, first, epsilon, norm, seed, batch } = flags;
  return {
    data,
    n,
    first,
    epsilon,
    norm,
    seed,
    batch,
    preprocessing: preprocessingFlags(flags),
    ...remoteOf(flags),
    ...gradientsOf(flags),
    ...(labels === undefined ? {} : { labels }),
    ...(classes === undefined ? {} : { classes }),
    ...(textColumn === undefined ? {} : { textColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
  };
}

function preprocessingFlags({ layout, channels, mean, std, resize, size: pixels, immutable, tokenizer }: SharedFlags): PreprocessingFlags {
  return {
    ...(layout && { layout }),
    ...(channels && { channels }),
    ...(mean && { mean }),
    ...(std && { std }),
    ...(resize && { resize }),
    ...(pixels && { size: pixels }),
    ...(immutable && { immutable }),
    ...(tokenizer && { tokenizer }),
  };
}
