import { describe, expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { binned, equalMass, equalWidth, expectedError, maximumError } from '../stats/calibration.ts';
import { binsOf, byFrequencies, calibrationError, classwiseError, type Judged, meanOf, temperatureOf } from './calibration-figures.ts';
import { severityOf } from './calibration-findings.ts';

const ROWS = [
  [0.71, 0.19, 0.1],
  [0.1, 0.79, 0.11],
  [0.05, 0.05, 0.9],
  [0.61, 0.29, 0.1],
  [0.34, 0.33, 0.33],
  [0.5, 0.45, 0.05],
  [0.19, 0.19, 0.62],
  [0.9, 0.05, 0.05],
  [0.98, 0.01, 0.01],
  [0.1, 0.62, 0.28],
  [0.41, 0.38, 0.21],
  [0.25, 0.25, 0.5],
];
const LABELS = [0, 1, 2, 1, 0, 1, 2, 0, 0, 2, 0, 2];

const judged = (rows: readonly (readonly number[])[], labels: readonly number[]): Judged[] =>
  rows.map((probabilities, i) => {
    const label = labels[i] as number;
    const confidence = Math.max(...probabilities);
    return {
      label,
      isCorrect: probabilities.indexOf(confidence) === label,
      confidence,
      loss: -Math.log(probabilities[label] as number),
      squared: probabilities.reduce((sum, p, k) => sum + (p - (k === label ? 1 : 0)) ** 2, 0),
      probabilities,
    };
  });

describe('figures of calibration', () => {
  const answers = judged(ROWS, LABELS);

  // pycalib 0.1.0.dev6: conf_ECE, classwise_ECE, conf_MCE.
  it.each([
    [5, 0.15166666666666667, 0.12944444444444445],
    [15, 0.235, 0.23166666666666666],
  ])('agree with pycalib at %i bins', (bins, confidence, classwise) => {
    const found = binsOf(answers, bins);
    expect(expectedError(found)).toBeCloseTo(confidence, 12);
    expect(classwiseError(answers, bins)).toBeCloseTo(classwise, 12);
    expect(maximumError(found)).toBeCloseTo(0.66, 12);
  });

  // scikit-learn 1.9.1: log_loss, brier_score_loss(scale_by_half=False).
  it('agree with scikit-learn', () => {
    expect(meanOf(answers.map(({ loss }) => loss)).value).toBeCloseTo(0.6050062392743295, 12);
    expect(meanOf(answers.map(({ squared }) => squared)).value).toBeCloseTo(0.36355, 12);
  });

  it('stand beside those of the class frequencies', () => {
    const { loss, squared } = byFrequencies(answers);
    expect(loss).toBeCloseTo(-(5 / 12) * Math.log(5 / 12) - (3 / 12) * Math.log(3 / 12) - (4 / 12) * Math.log(4 / 12), 12);
    expect(squared).toBeCloseTo(1 - (25 + 9 + 16) / 144, 12);
  });
});

/** Two classes, right as often as `truth` says of the confidence. */
function simulated(n: number, truth: (confidence: number) => number): Judged[] {
  const rng = keyedRng(0, 'simulated');
  const rows = Array.from({ length: n }, () => 0.5 + rng.uniform() / 2).map((c) => [c, 1 - c]);
  return judged(
    rows,
    rows.map(([c]) => (rng.uniform() < truth(c as number) ? 0 : 1)),
  );
}

describe('severity', () => {
  const severity = (answers: readonly Judged[]) => {
    const over = meanOf(answers.map(({ confidence, isCorrect }) => confidence - (isCorrect ? 1 : 0))).value;
    return severityOf(calibrationError(answers, equalWidth, 15, 0), over);
  };

  it('passes calibrated answers, although their error is not 0', () => {
    for (const n of [200, 1000]) {
      const answers = simulated(n, (c) => c);
      expect(calibrationError(answers, equalWidth, 15, 0).value).toBeGreaterThan(0.01);
      expect(severity(answers)).toBe('pass');
    }
  });

  it('grows with what confidence exceeds accuracy by', () => {
    expect(severity(simulated(1500, (c) => c - 0.05))).toBe('low');
    expect(severity(simulated(1500, (c) => c - 0.12))).toBe('medium');
    expect(severity(simulated(1500, () => 0.5))).toBe('high');
    expect(severity(simulated(1500, (c) => Math.min(1, c + 0.2)))).toBe('low');
  });
});

describe('temperatureOf', () => {
  it('takes back what sharpening did, judged on examples that it was not fitted on', () => {
    const sharp = simulated(1500, (c) => c).map(({ label, probabilities }) => {
      const raised = (probabilities as readonly number[]).map((p) => p ** 3);
      const total = raised.reduce((a, b) => a + b, 0);
      return judged([raised.map((p) => p / total)], [label])[0] as Judged;
    });
    const { temperature, error } = temperatureOf(sharp, 15, 0) ?? { temperature: 0, error: 1 };
    expect(Math.abs(temperature - 3)).toBeLessThan(0.5);
    const before = calibrationError(sharp, equalWidth, 15, 0).value;
    expect(error).toBeLessThan(before / 2);
  });

  it('equal-mass bins hold equal numbers', () => {
    const c = simulated(300, (p) => p).map(({ confidence }) => confidence);
    expect(binned(c, c, equalMass(c, 15), 15).map(({ n }) => n)).toEqual(Array(15).fill(20));
  });
});
