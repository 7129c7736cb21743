/** The stratified bootstrap of figures that have no interval in closed form: groups keep their sizes, their outcomes are drawn again. */
import type { Rng } from '../rng/rng.ts';
import { drawBinomial } from '../stats/binomial-draw.ts';
import { quantile } from '../stats/quantile.ts';
import { type Outcomes, sizeOfOutcomes } from './outcomes.ts';

/** As many examples drawn with replacement: a multinomial draw, cell by cell. */
export function resampled({ tp, fp, fn, tn }: Outcomes, rng: Rng): Outcomes {
  let left = sizeOfOutcomes({ tp, fp, fn, tn });
  let rest = left;
  const [a, b, c] = [tp, fp, fn].map((count) => {
    const drawn = rest === 0 ? 0 : drawBinomial(rng, left, Math.min(1, count / rest));
    left -= drawn;
    rest -= count;
    return drawn;
  }) as [number, number, number];
  return { tp: a, fp: b, fn: c, tn: left };
}

/** Percentile interval of a figure of all groups; undefined where some draw has none. */
export function bootstrapped(
  groups: readonly Outcomes[],
  figure: (groups: readonly Outcomes[]) => number,
  { draws, rng, confidence = 0.95 }: { draws: number; rng: Rng; confidence?: number },
): { readonly low: number; readonly high: number } | undefined {
  const values = Array.from({ length: draws }, () => figure(groups.map((group) => resampled(group, rng))));
  if (values.length === 0 || values.some((value) => !Number.isFinite(value))) return undefined;
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}
