/** Readings of an input that the labels fit equally well: whether an epsilon is the same attack in each, and the error where it is not. */
import { GibbonError } from '../base/errors.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { Tried } from './unclear.ts';

/** The usual normalisations of photos (ImageNet, CIFAR, CLIP) differ by less, in standard deviation and mean; an epsilon is nearly the same attack in each. */
const LIKE_STD = 1.25;
const LIKE_MEAN = 0.1;
/** Float32 answers to an input on another scale differ by less, as a share of the largest score. */
const SAME = 1e-3;

type Scale = Pick<Preprocessing, 'mean' | 'std' | 'channels'>;

/** Do both readings hand nearly the same numbers to the model, apart from the order of its channels? */
export function isSameScale(a: Scale, b: Scale): boolean {
  return [0, 1, 2].every((channel) => {
    const [one, other] = [numbersOf(a, channel), numbersOf(b, channel)];
    const ratio = one.std / other.std;
    return ratio <= LIKE_STD && ratio >= 1 / LIKE_STD && Math.abs(one.mean - other.mean) <= LIKE_MEAN;
  });
}

/** Mean and standard deviation of red, green or blue (0, 1, 2). */
function numbersOf({ mean, std, channels }: Scale, colour: number): { mean: number; std: number } {
  const of = (values: readonly number[]): number =>
    values[values.length === 1 ? 0 : channels === 'bgr' ? values.length - 1 - colour : colour] ?? (values[0] as number);
  return { mean: of(mean), std: of(std) };
}

/**
 * Are these the same scores [rows × classes], up to rounding? Then the model takes the scale out of its input by itself, and one reading is as good as the other.
 * Labels alone, and probabilities of 0 and 1 only, do not tell: they say as little of two models that differ.
 */
export function isSameAnswer(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  if (!a.some((own) => new Set(own.filter(Number.isFinite)).size > 1)) return false;
  return a.every((own, row) => {
    const largest = own.reduce((most, score) => (Number.isFinite(score) ? Math.max(most, Math.abs(score)) : most), 1);
    return own.every((score, i) => {
      const other = b[row]?.[i] as number;
      return Object.is(score, other) || Math.abs(score - other) <= SAME * largest;
    });
  });
}

/** A reading that is left, and how it fits. */
export interface Left extends Tried {
  readonly p: Preprocessing;
}

/** @throws GibbonError E_PREPROCESSING_UNCLEAR naming each reading, its accuracy, and the flags that say it */
export function undecided(left: readonly Left[]): never {
  const coloured = left.some(({ p }) => p.channels === 'bgr');
  throw new GibbonError(
    'E_PREPROCESSING_UNCLEAR',
    `the labels fit ${left.length} readings of the input, and epsilon is another attack in each`,
    {
      hint: [
        'A verdict on a misread model would be worthless, and labels cannot tell these apart. Say how your pipeline feeds the model:',
        ...left.flatMap(({ p, description, accuracy, n }) => [
          `  ${(100 * accuracy).toFixed(1).padStart(5)} % of ${n}: ${description}`,
          `      ${flagsOf(p, coloured)}`,
        ]),
      ].join('\n'),
    },
  );
}

/** What to add to the command. */
function flagsOf({ mean, std, channels }: Preprocessing, coloured: boolean): string {
  return `--mean ${mean.join(',')} --std ${std.join(',')}${coloured ? ` --channels ${channels}` : ''}`;
}
