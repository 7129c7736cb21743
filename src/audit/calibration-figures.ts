/** The figures of calibration, from the model's answers: errors with what chance alone would show, scores with what class frequencies alone would score. */
import { keyedRng } from '../rng/rng.ts';
import { type Bin, type Binning, binned, equalWidth, errorsByChance, expectedError, resamples } from '../stats/calibration.ts';
import { meanLimits } from '../stats/mean.ts';
import { quantile } from '../stats/quantile.ts';
import { fittedTemperature, tempered } from '../stats/temperature.ts';

/** One answer with all probabilities, where classes are few. */
export interface Judged {
  readonly label: number;
  readonly isCorrect: boolean;
  /** Of the answered class. */
  readonly confidence: number;
  /** −log p of the right class. */
  readonly loss: number;
  /** Σ (p − one-hot)². */
  readonly squared: number;
  readonly probabilities?: readonly number[] | undefined;
}

export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface CalibrationError extends Estimate {
  /** What perfectly calibrated confidences of these values show at this n: the mean, and what 97.5 % of draws stay below. */
  readonly chance: number;
  readonly surprising: number;
}

/** Draws of n examples each: fewer of large samples, whose figures vary less. */
const drawsFor = (n: number): number => Math.max(200, Math.min(1000, Math.floor(2e6 / n)));

export function calibrationError(answers: readonly Judged[], binning: Binning, bins: number, seed: number): CalibrationError {
  const confidences = Float64Array.from(answers, ({ confidence }) => confidence);
  const correct = Uint8Array.from(answers, ({ isCorrect }) => (isCorrect ? 1 : 0));
  const of = binning(confidences, bins);
  const draws = drawsFor(answers.length);
  const drawn = Float64Array.from(resamples(answers.length, keyedRng(seed, 'calibration', 'bootstrap'), draws), (weights) =>
    expectedError(binned(confidences, correct, of, bins, weights)),
  );
  const chance = errorsByChance(confidences, of, bins, keyedRng(seed, 'calibration', 'chance'), draws);
  return {
    value: expectedError(binned(confidences, correct, of, bins)),
    low: quantile(drawn, 0.025),
    high: quantile(drawn, 0.975),
    chance: chance.reduce((a, b) => a + b, 0) / draws,
    surprising: quantile(chance, 0.975),
  };
}

export const binsOf = (answers: readonly Judged[], bins: number): Bin[] => {
  const confidences = answers.map(({ confidence }) => confidence);
  return binned(
    confidences,
    answers.map(({ isCorrect }) => (isCorrect ? 1 : 0)),
    equalWidth(confidences, bins),
    bins,
  );
};

/** A mean of one number per answer, of at least two, with Student's interval. */
export const meanOf = (values: readonly number[]): Estimate => meanLimits(values, 0.95) as Estimate;

/** Cross-entropy and Brier score of whoever answers the frequencies of the classes, and never looks at an example. */
export function byFrequencies(answers: readonly Judged[]): { loss: number; squared: number } {
  const counts = new Map<number, number>();
  for (const { label } of answers) counts.set(label, (counts.get(label) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / answers.length);
  return {
    loss: -shares.reduce((sum, p) => sum + p * Math.log(p), 0),
    squared: 1 - shares.reduce((sum, p) => sum + p * p, 0),
  };
}

/** Mean over the classes of the error of that class's probability (Kull et al., arXiv:1910.12656). */
export function classwiseError(answers: readonly Judged[], bins: number): number | undefined {
  const [first] = answers;
  if (answers.some(({ probabilities }) => !probabilities)) return undefined;
  const errors = (first?.probabilities ?? []).map((_, k) => {
    const p = answers.map(({ probabilities }) => probabilities?.[k] as number);
    const is = answers.map(({ label }) => (label === k ? 1 : 0));
    return expectedError(binned(p, is, equalWidth(p, bins), bins));
  });
  return errors.reduce((a, b) => a + b, 0) / errors.length;
}

export interface Tempered {
  /** Of all answers. */
  readonly temperature: number;
  /** The error where each half is scaled by the temperature of the other. */
  readonly error: number;
}

/** Examples that a temperature is fitted on. */
const FITTED = 2000;

export function temperatureOf(answers: readonly Judged[], bins: number, seed: number): Tempered | undefined {
  if (answers.length < 2 || answers.some(({ probabilities }) => !probabilities)) return undefined;
  const mixed = keyedRng(seed, 'calibration', 'halves').shuffle(
    answers.map(({ probabilities = [], ...answer }) => ({ ...answer, logs: probabilities.map(Math.log) })),
  );
  const middle = Math.floor(mixed.length / 2);
  const halves = [mixed.slice(0, middle), mixed.slice(middle)] as const;
  const scaled = ([0, 1] as const).flatMap((i) => {
    const temperature = fittedTemperature(halves[i].slice(0, FITTED));
    return halves[(1 - i) as 0 | 1].map(({ logs, isCorrect }) => ({ isCorrect, confidence: Math.max(...tempered(logs, temperature)) }));
  });
  const confidences = scaled.map(({ confidence }) => confidence);
  const correct = scaled.map(({ isCorrect }) => (isCorrect ? 1 : 0));
  return {
    temperature: fittedTemperature(mixed.slice(0, FITTED)),
    error: expectedError(binned(confidences, correct, equalWidth(confidences, bins), bins)),
  };
}
