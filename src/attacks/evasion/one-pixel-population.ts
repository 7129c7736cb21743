/** Differential evolution (Storn & Price 1997), strategy best/1/bin as SciPy's differential_evolution has it: vectors of genes in [0, 1), the fitter the larger. */
import type { Rng } from '../../rng/rng.ts';

export interface Population {
  readonly members: readonly Float64Array[];
  readonly fitness: readonly number[];
}

/** A Latin hypercube: of each gene's range, cut into as many parts as there are members, every part is met once. */
export function hypercube(rng: Rng, members: number, genes: number): Float64Array[] {
  const parts = Array.from({ length: members }, (_, i) => i);
  const columns = Array.from({ length: genes }, () => rng.shuffle(parts).map((part) => (part + rng.uniform()) / members));
  return parts.map((i) => Float64Array.from(columns, (column) => column[i] as number));
}

export const fittest = ({ fitness }: Population): number => fitness.reduce((best, f, i) => (f > (fitness[best] as number) ? i : best), 0);

/**
 * One trial for each member: best + F·(a − b), a and b being two other members and F drawn from [0.5, 1) for the generation; each gene is the trial's with
 * the probability `recombination`, and one of them for certain. Genes that leave [0, 1) are drawn anew.
 */
export function trials(rng: Rng, population: Population, recombination: number): Float64Array[] {
  const { members } = population;
  const best = members[fittest(population)] as Float64Array;
  const scale = 0.5 + 0.5 * rng.uniform();
  return members.map((own, i) => {
    const [a, b] = others(rng, members.length, i).map((at) => members[at] as Float64Array) as [Float64Array, Float64Array];
    const certain = rng.int(own.length);
    return own.map((gene, k) => {
      if (k !== certain && rng.uniform() >= recombination) return gene;
      const made = (best[k] as number) + scale * ((a[k] as number) - (b[k] as number));
      return made >= 0 && made < 1 ? made : rng.uniform();
    });
  });
}

/** Two different members, neither of them `own`. */
function others(rng: Rng, count: number, own: number): [number, number] {
  const beyond = (drawn: number, taken: readonly number[]): number => taken.reduce((at, one) => (at >= one ? at + 1 : at), drawn);
  const first = beyond(rng.int(count - 1), [own]);
  const taken = [own, first].sort((a, b) => a - b);
  return [first, beyond(rng.int(count - 2), taken)];
}

/** Each trial takes its member's place where it is no worse. */
export function survivors(population: Population, tried: readonly Float64Array[], fitness: readonly number[]): Population {
  const better = population.fitness.map((own, i) => (fitness[i] ?? Number.NEGATIVE_INFINITY) >= own);
  return {
    members: population.members.map((own, i) => (better[i] ? (tried[i] as Float64Array) : own)),
    fitness: population.fitness.map((own, i) => (better[i] ? (fitness[i] as number) : own)),
  };
}
