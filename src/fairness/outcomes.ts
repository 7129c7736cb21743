/** What decisions came to, counted in a favourable and an unfavourable class: the cells of a confusion matrix, from which every group metric follows. */

/** How often (or with what sum of weights) right answer and decision were favourable. */
export interface Outcomes {
  /** Favourable, and decided so. */
  readonly tp: number;
  /** Unfavourable, decided favourable. */
  readonly fp: number;
  /** Favourable, decided unfavourable. */
  readonly fn: number;
  readonly tn: number;
}

/** An example whose right answer and decision are favourable or not; weights count as so many examples. */
export interface Outcome {
  readonly right: boolean;
  readonly decided: boolean;
  readonly weight?: number;
}

export function outcomesOf(examples: Iterable<Outcome>): Outcomes {
  const sums = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (const { right, decided, weight = 1 } of examples) sums[right ? (decided ? 'tp' : 'fn') : decided ? 'fp' : 'tn'] += weight;
  return sums;
}

export const sizeOfOutcomes = ({ tp, fp, fn, tn }: Outcomes): number => tp + fp + fn + tn;

export function joined(all: readonly Outcomes[]): Outcomes {
  const sum = (pick: (one: Outcomes) => number): number => all.reduce((total, one) => total + pick(one), 0);
  return { tp: sum(({ tp }) => tp), fp: sum(({ fp }) => fp), fn: sum(({ fn }) => fn), tn: sum(({ tn }) => tn) };
}
