/** Chooses which samples of a data set to audit: the first, or a seeded sample that keeps the shares of the classes. */
import { GibbonError } from '../base/errors.ts';
import { keyedRng } from '../rng/rng.ts';
import type { Dataset } from './dataset.ts';

export interface SubsetOptions {
  /** So many samples, stratified by label. */
  readonly n?: number;
  /** The first so many in file order, instead. */
  readonly first?: number;
  readonly seed: number;
}

/**
 * Indices into `dataset`, ascending; all of them without `n` and `first`, or where these reach the data set's length.
 *
 * `n` is shared out by largest remainder: a class with c of N samples gets ⌊n·c/N⌋, and what is left goes, one each, to the classes with the largest
 * fractional parts (ties in an order drawn from the seed). Within a class the samples are drawn from the seed and the label alone.
 * Without labels all samples count as one class.
 * @throws GibbonError E_USAGE unless the number is a positive integer, or where both are given
 */
export function subset(dataset: Pick<Dataset, 'length' | 'labels'>, { n, first, seed }: SubsetOptions): number[] {
  if (n !== undefined && first !== undefined)
    throw new GibbonError('E_USAGE', 'Choose samples either by number or from the start, not both.', { hint: 'Drop one of n and first.' });
  const wanted = n ?? first ?? dataset.length;
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new GibbonError('E_USAGE', `The number of samples must be a positive integer, not ${wanted}.`, { hint: 'Give at least 1.' });
  const all = Array.from({ length: dataset.length }, (_, index) => index);
  if (wanted >= dataset.length) return all;
  if (n === undefined) return all.slice(0, wanted);
  const strata = [...groupByLabel(all, dataset.labels)];
  const counts = shareOut(
    wanted,
    strata.map(([, indices]) => indices.length),
    seed,
  );
  const chosen = strata.flatMap(([label, indices], i) => keyedRng(seed, 'subset', label).shuffle(indices).slice(0, counts[i]));
  return chosen.sort((a, b) => a - b);
}

/** Indices by label, labels ascending. */
function groupByLabel(indices: readonly number[], labels: Int32Array | undefined): [number, number[]][] {
  const groups = new Map<number, number[]>();
  for (const index of indices) {
    const label = labels?.[index] ?? 0;
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [index]);
    else group.push(index);
  }
  return [...groups].sort(([a], [b]) => a - b);
}

/** Largest remainder. No class gets more than it has: n·c/N < c, and c is an integer. */
function shareOut(n: number, sizes: readonly number[], seed: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const counts = sizes.map((size) => Math.floor((n * size) / total));
  const left = n - counts.reduce((sum, count) => sum + count, 0);
  // Remainders as integers, so that equal ones tie whatever the rounding.
  const order = keyedRng(seed, 'subset', 'ties').shuffle(sizes.map((size, i) => ({ i, remainder: (n * size) % total })));
  order.sort((a, b) => b.remainder - a.remainder);
  for (const { i } of order.slice(0, left)) counts[i] = (counts[i] as number) + 1;
  return counts;
}
