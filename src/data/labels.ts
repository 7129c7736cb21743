/** Turns labels as written (numbers or names) into what a Dataset carries: indices, and names where the labels are names. */
import { GibbonError } from '../base/errors.ts';
import { naturalOrder } from './natural-order.ts';

export interface Labels {
  readonly labels: Int32Array;
  /** Distinct names in natural order; undefined where the labels are numbers, which then stand for themselves. */
  readonly labelNames: readonly string[] | undefined;
}

/** Numbers as labels. Throws E_LABELS_MISMATCH unless all are integers from 0 to 2^31 − 1. */
export function numericLabels(values: ArrayLike<number>, name: string): Labels {
  const labels = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isInteger(value) || value < 0 || value > 0x7fffffff) {
      throw new GibbonError('E_LABELS_MISMATCH', `${name} has the label ${value} at position ${i}; labels are class numbers from 0 on.`, {
        hint: 'Give one class number (or name) for each sample, not scores or one-hot rows.',
      });
    }
    labels[i] = value;
  }
  return { labels, labelNames: undefined };
}

/** Texts as labels: class numbers where every one is a whole number, names otherwise. */
export function textLabels(texts: readonly string[], name: string): Labels {
  if (texts.every((text) => /^\d{1,10}$/.test(text))) return numericLabels(texts.map(Number), name);
  const labelNames = [...new Set(texts)].sort(naturalOrder);
  const index = new Map(labelNames.map((label, i) => [label, i]));
  return { labels: Int32Array.from(texts, (text) => index.get(text) as number), labelNames };
}

/** Throws E_LABELS_MISMATCH unless there is one label for each of `samples`. */
export function checkLabelCount(labels: number, samples: number, labelFile: string, data: string): void {
  if (labels === samples) return;
  throw new GibbonError('E_LABELS_MISMATCH', `${labelFile} holds ${labels} labels, ${data} holds ${samples} samples.`, {
    hint: 'Give the label file that belongs to this data, with one label for each sample, in the same order.',
  });
}
