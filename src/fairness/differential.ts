/** Smoothed differential fairness ε (Foulds et al., arXiv:1807.08362): no group's chance of either outcome is more than e^ε times another's. */
import type { Share } from './rates.ts';

/** Dirichlet concentration over the two outcomes, half for each, as AIF360 has it. */
const CONCENTRATION = 1;

/** Of favourable outcomes per group; 0 for fewer than two groups. Intersections of attributes count as groups of their own. */
export function differentialFairness(groups: readonly Share[]): number {
  const smooth = (count: number, of: number): number => Math.log((count + CONCENTRATION / 2) / (of + CONCENTRATION));
  const range = (logs: readonly number[]): number => (logs.length === 0 ? 0 : Math.max(...logs) - Math.min(...logs));
  return Math.max(range(groups.map(({ count, of }) => smooth(count, of))), range(groups.map(({ count, of }) => smooth(of - count, of))));
}
