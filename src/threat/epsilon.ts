/** Perturbation budgets: how users write them, and the default for each kind of data, in one table. */
import { GibbonError } from '../base/errors.ts';
import type { Norm } from './ball.ts';

export interface Budget {
  readonly value: number;
  /** As people say it, e.g. "8/255 (0.0314)". */
  readonly text: string;
  /** What it counts, where the user said so. */
  readonly unit?: 'edits' | 'sd';
}

/** Parses "0.3", "8/255", "0.1sd" (standard deviations of a column) or "5 edits". @throws GibbonError E_USAGE */
export function parseEpsilon(text: string): Budget {
  const edits = /^\s*([0-9]+)\s*edits?\s*$/i.exec(text);
  if (edits) return editBudget(Number(edits[1]));
  const deviations = /^(.*\S)\s*sd\s*$/i.exec(text);
  if (deviations) return deviationBudget(parseEpsilon(deviations[1] as string).value);
  const match = /^\s*([0-9]*\.?[0-9]+(?:e-?[0-9]+)?)\s*(?:\/\s*([0-9]*\.?[0-9]+))?\s*$/i.exec(text);
  const value = match ? Number(match[1]) / Number(match[2] ?? 1) : Number.NaN;
  if (!Number.isFinite(value) || value < 0) {
    throw new GibbonError('E_USAGE', `epsilon ${text} is not a budget`, {
      hint: 'Write a number or a fraction: --epsilon 0.3 or --epsilon 8/255; for tables --epsilon 0.1sd; for text --epsilon 5edits.',
    });
  }
  return { value, text: match?.[2] ? `${match[1]}/${match[2]} (${Number(value.toPrecision(3))})` : String(Number(value.toPrecision(6))) };
}

/** So many standard deviations of each column. */
export function deviationBudget(value: number): Budget {
  return { value, text: `${Number(value.toPrecision(6))} sd`, unit: 'sd' };
}

/** So many insertions, deletions and replacements of a character. @throws GibbonError E_USAGE unless it is a whole number above 0 */
export function editBudget(value: number): Budget {
  if (!Number.isInteger(value) || value < 1) {
    throw new GibbonError('E_USAGE', `epsilon ${value} is no number of edits`, {
      hint: 'Text is changed by whole characters: --epsilon 5edits.',
    });
  }
  return { value, text: value === 1 ? '1 edit' : `${value} edits`, unit: 'edits' };
}

/** Five typing errors: more than most senders make in a short message, and still the same message to a reader (arXiv:1905.11268 needs one or two). */
export const DEFAULT_EDITS = 5;

/** So many elements of the row, whatever becomes of them. @throws GibbonError E_USAGE unless it is a whole number above 0 */
export function elementBudget({ value, unit }: Budget): Budget {
  if (unit !== undefined || !Number.isInteger(value) || value < 1) {
    throw new GibbonError('E_USAGE', `epsilon ${value}${unit === 'sd' ? ' sd' : ''} is no number of elements`, {
      hint: 'L0 counts the elements that change: --norm l0 --epsilon 24. A colour pixel has three.',
    });
  }
  return { value, text: value === 1 ? '1 element' : `${value} elements` };
}

/** Kinds of data with customary budgets. */
export type EpsilonKind = 'digits' | 'colour-small' | 'photo' | 'waveform' | 'table' | 'tensor';

/**
 * The defaults, in units of [0, 1] images, [-1, 1] sound, and raw numbers. Digits: Madry et al.; small colour images: RobustBench (Linf 8/255,
 * L2 0.5, L1 12); photos: RobustBench ImageNet (Linf 4/255, L2 3, L1 60 by the same ratio to size); sound: 0.01, about −40 dB of full scale;
 * tables: a tenth of each column's standard deviation, which is what measuring and rounding already do to many columns; L2 and L1 let a few columns go further.
 */
export const DEFAULT_EPSILON: Readonly<Record<EpsilonKind, Readonly<Record<Norm, string>>>> = {
  digits: { linf: '0.3', l2: '2', l1: '10' },
  'colour-small': { linf: '8/255', l2: '0.5', l1: '12' },
  photo: { linf: '4/255', l2: '3', l1: '60' },
  waveform: { linf: '0.01', l2: '0.5', l1: '20' },
  table: { linf: '0.1sd', l2: '0.5sd', l1: '1sd' },
  tensor: { linf: '0.1', l2: '0.5', l1: '1' },
};

/** L0: elements that may change. Small pictures 24 and photos 100, as σ-zero's evaluation has them (arXiv:2402.01879); one column of a table. */
export const DEFAULT_ELEMENTS: Readonly<Record<EpsilonKind, string>> = {
  digits: '24',
  'colour-small': '24',
  photo: '100',
  waveform: '100',
  table: '1',
  tensor: '1',
};

/** Which row of the table fits data of this modality and shape. */
export function epsilonKind(
  modality: 'image' | 'waveform' | 'text' | 'table' | 'tensor',
  size: { readonly channels: number; readonly height: number; readonly width: number } | undefined,
): EpsilonKind {
  if (modality === 'text') return 'tensor';
  if (modality !== 'image' || !size) return modality === 'image' ? 'digits' : modality;
  if (size.channels === 1 && Math.max(size.height, size.width) <= 64) return 'digits';
  return Math.max(size.height, size.width) <= 96 ? 'colour-small' : 'photo';
}
