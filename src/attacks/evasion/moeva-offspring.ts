/** New candidates from two old ones: two-point crossover, and polynomial mutation (Deb & Deb, International Journal of Artificial Intelligence and Soft Computing 4(1), 2014). */
import type { Rng } from '../../rng/rng.ts';

/** Least and largest value of each gene. */
export interface Bounds {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** How many pairs exchange genes at all, and how narrow mutations are: pymoo's defaults for these operators in MOEVA's reference. */
const CROSSED = 0.9;
const ETA = 20;

export function offspringOf(rng: Rng, members: readonly Float64Array[], count: number, bounds: Bounds): Float64Array[] {
  const made: Float64Array[] = [];
  const any = (): Float64Array => members[rng.int(members.length)] as Float64Array;
  while (made.length < count) {
    const pair: [Float64Array, Float64Array] = [any().slice(), any().slice()];
    if (rng.uniform() < CROSSED) exchange(rng, pair);
    for (const genes of pair) mutate(rng, genes, bounds);
    made.push(...pair);
  }
  return made.slice(0, count);
}

/** Genes between two points change places. */
function exchange(rng: Rng, [a, b]: readonly [Float64Array, Float64Array]): void {
  if (a.length < 2) return;
  const [from = 0, to = a.length] = [rng.int(a.length), rng.int(a.length + 1)].sort((p, q) => p - q);
  for (let i = from; i < to; i++) [a[i], b[i]] = [b[i] as number, a[i] as number];
}

/** Each gene with the probability 1/n: by a polynomial distribution whose spread ends at the bounds. */
function mutate(rng: Rng, genes: Float64Array, { low, high }: Bounds): void {
  for (const [i, gene] of genes.entries()) {
    if (rng.uniform() >= 1 / genes.length) continue;
    const [least, most] = [low[i] as number, high[i] as number];
    const span = most - least;
    if (!(span > 0)) continue;
    const u = rng.uniform();
    const side = u <= 0.5 ? (gene - least) / span : (most - gene) / span;
    const tail = (1 - Math.min(1, Math.max(0, side))) ** (ETA + 1);
    const value = u <= 0.5 ? 2 * u + (1 - 2 * u) * tail : 2 * (1 - u) + 2 * (u - 0.5) * tail;
    const shift = value ** (1 / (ETA + 1)) - 1;
    genes[i] = Math.min(most, Math.max(least, gene + (u <= 0.5 ? shift : -shift) * span));
  }
}
