/** Weights under which group and outcome are independent (Kamiran & Calders, Knowl. Inf. Syst. 33, 2012). */
import { joined, type Outcomes, sizeOfOutcomes } from './outcomes.ts';
import { RATES } from './rates.ts';

export interface GroupWeights {
  readonly favourable: number;
  readonly unfavourable: number;
}

/** n_a · n_y / (n · n_{a,y}) for each group, in its favourable and in its unfavourable examples (by right answers). */
export function reweighing(groups: readonly Outcomes[]): GroupWeights[] {
  const { count, of } = RATES.baseRate(joined(groups));
  return groups.map((group) => {
    const own = RATES.baseRate(group);
    const n = sizeOfOutcomes(group);
    return { favourable: (n * count) / (of * own.count), unfavourable: (n * (of - count)) / (of * (n - own.count)) };
  });
}
