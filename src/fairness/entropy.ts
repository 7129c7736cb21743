/** Generalised entropy indices of what decisions give to people (Speicher et al., arXiv:1807.00787): individual and between-group inequality. */
import { type Outcomes, sizeOfOutcomes } from './outcomes.ts';

/** So many examples share this benefit. */
interface Benefit {
  readonly benefit: number;
  readonly count: number;
}

/** b = ŷ − y + 1: nothing for a wrong refusal, 1 for a right decision, 2 for an undeserved favour. */
const benefitsOf = ({ tp, fp, fn, tn }: Outcomes): Benefit[] => [
  { benefit: 0, count: fn },
  { benefit: 1, count: tp + tn },
  { benefit: 2, count: fp },
];

/** mean((b/μ)^α − 1) / (α(α − 1)); for α = 1 Theil's index, mean(b/μ · ln(b/μ)); for α = 0 −mean(ln(b/μ)). NaN of nothing. */
function entropyOf(benefits: readonly Benefit[], alpha: number): number {
  const n = benefits.reduce((sum, { count }) => sum + count, 0);
  const mean = benefits.reduce((sum, { benefit, count }) => sum + benefit * count, 0) / n;
  const average = (of: (share: number) => number): number =>
    benefits.reduce((sum, { benefit, count }) => (count === 0 ? sum : sum + count * of(benefit / mean)), 0) / n;
  // 0 · ln 0 counts as 0.
  if (alpha === 1) return average((share) => (share === 0 ? 0 : share * Math.log(share)));
  if (alpha === 0) return -average(Math.log);
  return average((share) => share ** alpha - 1) / (alpha * (alpha - 1));
}

export const generalizedEntropyIndex = (outcomes: Outcomes, alpha: number): number => entropyOf(benefitsOf(outcomes), alpha);
export const theilIndex = (outcomes: Outcomes): number => generalizedEntropyIndex(outcomes, 1);

/** The part of it that lies between groups: everybody is given the mean benefit of the own group. */
export function betweenGroupEntropy(groups: readonly Outcomes[], alpha: number): number {
  return entropyOf(
    groups.map((group) => {
      const count = sizeOfOutcomes(group);
      return { benefit: (group.tp + group.tn + 2 * group.fp) / count, count };
    }),
    alpha,
  );
}
