/** Maps the labels of a data set to the outputs of a model, and says how; where that would be a guess, it stops. */
import { GibbonError } from '../base/errors.ts';
import { CIFAR10_CLASSES, CIFAR100_CLASSES } from './cifar-classes.ts';
import type { Dataset } from './dataset.ts';
import { codePointOrder } from './natural-order.ts';

export interface MatchedLabels {
  /** The model's output index for each sample. */
  readonly labels: Int32Array;
  /** Names in the order of the outputs, where they are known. */
  readonly classNames: readonly string[] | undefined;
  /** How they were matched, as a sentence. */
  readonly how: string;
  /** The order of the classes is assumed: nothing names it. */
  readonly assumed?: boolean;
}

/** For each of the data's label names the output index, or undefined where no rule names it. */
type Mapping = readonly (number | undefined)[];

const HINT = "Name the classes in the order of the model's outputs: --classes names.txt.";

/** A whole number that was written as a float, as tables with gaps have them, without its decimals. */
const whole = (name: string): string => name.replace(/^(-?\d+)\.0+$/, '$1');

/** Letters and digits only, without case; other scripts keep theirs. */
const normalise = (name: string): string =>
  whole(name)
    .toLowerCase()
    .replace(/[\s_\-.]+/g, '');

/**
 * Matches names exactly, else without regard to case, spaces, `_`, `-` and `.`, else whole-number folder names as output indices, else, with exactly `outputs` folders, in alphabetical order.
 * Labels that are numbers must lie in [0, outputs).
 * @param classNames the model's class names in output order, where known
 * @param outputs the number of the model's classes
 * @throws GibbonError E_LABELS_MISSING without labels, E_LABELS_MISMATCH where nothing fits
 */
export function matchLabels(dataset: Dataset, classNames: readonly string[] | undefined, outputs: number): MatchedLabels {
  const { labels, labelNames } = dataset;
  if (labels === undefined)
    throw new GibbonError('E_LABELS_MISSING', 'The data has no labels.', {
      hint: 'Put the files into one folder for each class, or give a label file: --labels labels.csv.',
    });
  if (classNames !== undefined && classNames.length !== outputs) {
    throw new GibbonError('E_LABELS_MISMATCH', `There are ${classNames.length} class names for ${outputs} model outputs.`, { hint: HINT });
  }
  if (labelNames === undefined) return matchNumbers(labels, classNames, outputs);
  const relabel = (mapping: Mapping): Int32Array => labels.map((label) => mapping[label] as number);
  const { mapping, how, names = classNames, assumed = false } = matchNames(labelNames, classNames, outputs);
  return { labels: relabel(mapping), classNames: names, how, ...(assumed && { assumed }) };
}

function matchNumbers(labels: Int32Array, classNames: readonly string[] | undefined, outputs: number): MatchedLabels {
  const [min, max] = labels.reduce(
    ([low, high], label) => [Math.min(low, label), Math.max(high, label)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  if (max >= outputs) {
    const fromOne = min === 1 && max === outputs;
    throw new GibbonError(
      'E_LABELS_MISMATCH',
      `The labels go from ${min} to ${max}, the model has ${outputs} outputs, 0 to ${outputs - 1}.`,
      { hint: fromOne ? 'The labels seem to count from 1: subtract 1 from each.' : 'Check that data and model belong together.' },
    );
  }
  return { labels, classNames, how: "The labels are numbers, taken as the model's output indices." };
}

interface Match {
  readonly mapping: Mapping;
  readonly how: string;
  readonly names?: readonly string[];
  readonly assumed?: boolean;
}

function matchNames(labelNames: readonly string[], classNames: readonly string[] | undefined, outputs: number): Match {
  const complete = (mapping: Mapping): boolean => mapping.every((index) => index !== undefined) && new Set(mapping).size === mapping.length;
  const exact = byName(labelNames, classNames ?? [], whole);
  if (complete(exact)) return { mapping: exact, how: "Each label is the name of one of the model's classes." };
  const loose = byName(labelNames, classNames ?? [], normalise);
  if (complete(loose))
    return { mapping: loose, how: "Each label is the name of one of the model's classes, apart from case, spaces and punctuation." };
  const numbers = labelNames.map((name) => indexIn(name, outputs));
  if (complete(numbers)) return { mapping: numbers, how: "The label names are numbers, taken as the model's output indices." };
  const order = alphabetical(labelNames, loose, outputs);
  if (order !== undefined) return { ...order, names: classNames ?? order.names };
  throw unmatched(labelNames, loose, classNames, outputs);
}

/** The output that a name such as 3 or LABEL_3 stands for. */
function indexIn(name: string, outputs: number): number | undefined {
  const index = Number(/^(?:LABEL_)?(\d{1,9})$/i.exec(whole(name))?.[1] ?? Number.NaN);
  return index < outputs ? index : undefined;
}

/** A name that two classes share after `simplify` matches neither. */
function byName(labelNames: readonly string[], classNames: readonly string[], simplify: (name: string) => string): Mapping {
  const index = new Map<string, number | undefined>();
  for (const [i, name] of classNames.map(simplify).entries()) index.set(name, index.has(name) ? undefined : i);
  return labelNames.map((name) => index.get(simplify(name)));
}

/**
 * The order of torchvision's ImageFolder and Keras' flow_from_directory: by code points. Refused (undefined) where it is more likely wrong than right:
 * another number of folders than outputs, a class name that contradicts it, or numbered folders, which people order as numbers.
 */
function alphabetical(
  labelNames: readonly string[],
  known: Mapping,
  outputs: number,
): (Match & { readonly names: readonly string[] }) | undefined {
  if (labelNames.length !== outputs || labelNames.every((name) => /^\d+$/.test(whole(name)))) return undefined;
  const names = [...labelNames].sort(codePointOrder);
  const mapping = labelNames.map((name) => names.indexOf(name));
  if (known.some((index, i) => index !== undefined && index !== mapping[i])) return undefined;
  // CIFAR's numbers happen to be in alphabetical order, so nothing is assumed there.
  const cifar = [CIFAR10_CLASSES, CIFAR100_CLASSES].find(
    (classes) => classes.length === outputs && classes.every((name, i) => name === names[i]),
  );
  if (cifar !== undefined)
    return { mapping, names, how: `The labels are the ${outputs} classes of CIFAR-${outputs}, in their standard order.` };
  return {
    mapping,
    names,
    how: `The ${outputs} labels are assigned to the ${outputs} model outputs in alphabetical order, as most training frameworks do: ${names[0]} = 0 … ${names.at(-1)} = ${outputs - 1}. Give --classes if the model has another order.`,
    assumed: true,
  };
}

function unmatched(labelNames: readonly string[], known: Mapping, classNames: readonly string[] | undefined, outputs: number): GibbonError {
  const missing = labelNames.filter((_, i) => known[i] === undefined);
  // Nothing is missing where two labels mean the same class.
  const names = missing.length > 0 ? missing : labelNames;
  const list = `${names.slice(0, 5).join(', ')}${names.length > 5 ? `, … (${names.length} in all)` : ''}`;
  const against =
    classNames === undefined
      ? `the model has ${outputs} outputs, whose names are unknown`
      : `the model's ${outputs} classes are ${classNames.slice(0, 5).join(', ')}${outputs > 5 ? ', …' : ''}`;
  return new GibbonError(
    'E_LABELS_MISMATCH',
    `The data's ${labelNames.length} labels do not match the model: ${list} could not be matched; ${against}.`,
    { hint: HINT },
  );
}
