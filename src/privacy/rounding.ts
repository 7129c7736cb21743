/** What is left of an answer when its probabilities are rounded, or only the label is returned. */
import { signalsOf } from './signals.ts';

/** Decimal places that answers are rounded to; `full` as they are, `label` the class alone. */
export const ROUNDINGS = ['full', 4, 3, 2, 1, 'label'] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** @param probabilities of all classes */
export function roundedTo(probabilities: Float64Array, rounding: Rounding): Float64Array {
  if (rounding === 'full') return probabilities;
  if (rounding === 'label') {
    const top = probabilities.indexOf(Math.max(...probabilities));
    return probabilities.map((_, i) => (i === top ? 1 : 0));
  }
  const scale = 10 ** rounding;
  return probabilities.map((p) => Math.round(p * scale) / scale);
}

/** The best class: the first of equals. */
export const decisionOf = (probabilities: Float64Array): number => probabilities.indexOf(Math.max(...probabilities));

/** Log-odds of the right class, as membership inference reads them: infinite where nothing else is left. */
export const leakOf = (probabilities: Float64Array, label: number): number => signalsOf(probabilities.map(Math.log), label).logit;
