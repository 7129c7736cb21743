/** Figures of all groups together: inequality of what decisions give (entropy indices), and differential fairness over the finest groups. */
import { differentialFairness } from '../../fairness/differential.ts';
import { betweenGroupEntropy, generalizedEntropyIndex, theilIndex } from '../../fairness/entropy.ts';
import { joined, type Outcomes, sizeOfOutcomes } from '../../fairness/outcomes.ts';
import { RATES } from '../../fairness/rates.ts';
import { bootstrapped } from '../../fairness/resample.ts';
import { keyedRng } from '../../rng/rng.ts';
import { figure, type Metric } from '../metric.ts';

export interface Drawing {
  readonly draws: number;
  readonly seed: number;
}

interface Index {
  readonly name: string;
  readonly label: string;
  readonly of: (groups: readonly Outcomes[]) => number;
  readonly baseline: number;
}

/**
 * @param strata the groups of all examples at the deepest crossing, small ones included
 * @param minimum examples of a group that counts for differential fairness
 */
export function indices(strata: readonly Outcomes[], minimum: number, { draws, seed }: Drawing): Record<string, Metric> {
  const large = strata.filter((one) => sizeOfOutcomes(one) >= minimum);
  const shares = (groups: readonly Outcomes[], name: 'selectionRate' | 'baseRate'): number => differentialFairness(groups.map(RATES[name]));
  const all: readonly (Index & { readonly groups: readonly Outcomes[] })[] = [
    { name: 'theilIndex', label: 'Theil index', of: (groups) => theilIndex(joined(groups)), baseline: 0, groups: strata },
    {
      name: 'generalizedEntropyIndex',
      label: 'Generalized entropy index (α = 2)',
      of: (groups) => generalizedEntropyIndex(joined(groups), 2),
      baseline: 0,
      groups: strata,
    },
    {
      name: 'betweenGroupTheil',
      label: 'Theil index between groups',
      of: (groups) => betweenGroupEntropy(groups, 1),
      baseline: 0,
      groups: large,
    },
    {
      name: 'differentialFairness',
      label: 'Differential fairness ε (smoothed)',
      of: (groups) => shares(groups, 'selectionRate'),
      // What the right answers themselves have.
      baseline: shares(large, 'baseRate'),
      groups: large,
    },
  ];
  return Object.fromEntries(
    all.map(({ name, label, of, baseline, groups }): [string, Metric] => {
      const value = groups.length === 0 ? Number.NaN : of(groups);
      const known = Number.isFinite(value);
      const range = known ? bootstrapped(groups, of, { draws, rng: keyedRng(seed, 'group-performance', name) }) : undefined;
      const told = { label, better: 'lower', baseline, unit: 'number', method: methodOf(known, range, draws) } as const;
      return [name, figure(known ? value : null, { ...told, n: sizeOfOutcomes(joined(groups)), ...range })];
    }),
  );
}

function methodOf(known: boolean, range: { readonly low: number } | undefined, draws: number): string {
  if (!known) return 'not defined for these decisions';
  return range ? `stratified bootstrap, ${draws} draws, percentiles` : 'no interval: some draws of the bootstrap have no figure';
}
