/** Perturbation budgets: how users write them, and the default for each kind of data, in one table. */
import { GibbonError } from '../base/errors.ts';
import type { Norm } from './ball.ts';

export interface Budget {
  readonly value: number;
  /** As people say it, e.g. "8/255 (0.0314)". */
  readonly text: string;
}

/** Parses "0.3" or "8/255". @throws GibbonError E_USAGE */
export function parseEpsilon(text: string): Budget {
  const match = /^\s*([0-9]*\.?[0-9]+(?:e-?[0-9]+)?)\s*(?:\/\s*([0-9]*\.?[0-9]+))?\s*$/i.exec(text);
  const value = match ? Number(match[1]) / Number(match[2] ?? 1) : Number.NaN;
  if (!Number.isFinite(value) || value < 0) {
    throw new GibbonError('E_USAGE', `epsilon ${text} is not a budget`, {
      hint: 'Write a number or a fraction: --epsilon 0.3 or --epsilon 8/255.',
    });
  }
  return { value, text: match?.[2] ? `${match[1]}/${match[2]} (${Number(value.toPrecision(3))})` : String(Number(value.toPrecision(6))) };
}

/** Kinds of data with customary budgets. */
export type EpsilonKind = 'digits' | 'colour-small' | 'photo' | 'waveform' | 'tensor';

/**
 * The defaults, in units of [0, 1] images, [-1, 1] sound, and raw numbers. Digits: Madry et al.; small colour images: RobustBench (Linf 8/255,
 * L2 0.5, L1 12); photos: RobustBench ImageNet (Linf 4/255, L2 3, L1 60 by the same ratio to size); sound: 0.01, about −40 dB of full scale.
 */
export const DEFAULT_EPSILON: Readonly<Record<EpsilonKind, Readonly<Record<Norm, string>>>> = {
  digits: { linf: '0.3', l2: '2', l1: '10' },
  'colour-small': { linf: '8/255', l2: '0.5', l1: '12' },
  photo: { linf: '4/255', l2: '3', l1: '60' },
  waveform: { linf: '0.01', l2: '0.5', l1: '20' },
  tensor: { linf: '0.1', l2: '0.5', l1: '1' },
};

/** Which row of the table fits data of this modality and shape. */
export function epsilonKind(
  modality: 'image' | 'waveform' | 'tensor',
  size: { readonly channels: number; readonly height: number; readonly width: number } | undefined,
): EpsilonKind {
  if (modality !== 'image' || !size) return modality === 'image' ? 'digits' : modality;
  if (size.channels === 1 && Math.max(size.height, size.width) <= 64) return 'digits';
  return Math.max(size.height, size.width) <= 96 ? 'colour-small' : 'photo';
}
