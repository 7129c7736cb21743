/** The figures of the calibration check as metrics, each with its method and its honest baseline. */

import { proportion } from '../stats/proportion.ts';
import { median } from '../stats/quantile.ts';
import type { AdversarialConfidence } from './adversarial-confidence.ts';
import { byFrequencies, type CalibrationError, type Judged, meanOf, type Tempered } from './calibration-figures.ts';
import { figure, type Metric, share } from './metric.ts';

interface Errors {
  readonly error: CalibrationError;
  readonly byMass: CalibrationError;
  readonly tempered: Tempered | undefined;
  readonly mce: number;
  readonly classwise: number | undefined;
}

export function errorMetrics({ error, byMass, tempered, mce, classwise }: Errors, n: number, bins: number): Record<string, Metric> {
  const common = { better: 'lower', unit: 'difference', n } as const;
  const ofBins = ({ value, low, high, chance }: CalibrationError, label: string, kind: string): Metric =>
    figure(value, {
      ...common,
      label,
      baseline: chance,
      low: Math.min(low, value),
      high: Math.max(high, value),
      method: `${bins} bins of ${kind}; bootstrap (percentiles), biased upwards as the figure itself is; baseline: mean of draws where every confidence is exactly right`,
    });
  const plain = (value: number, label: string, method: string): Metric => figure(value, { ...common, label, method });
  return {
    ece: ofBins(error, 'Expected calibration error', 'equal width'),
    eceEqualMass: ofBins(byMass, 'The same, bins of equal size', 'equal size'),
    mce: plain(mce, 'Largest gap of a bin', `${bins} bins of equal width, however few examples a bin holds`),
    ...(classwise !== undefined && {
      classwiseEce: plain(
        classwise,
        'Classwise calibration error',
        `mean over the classes, ${bins} bins of equal width (arXiv:1910.12656)`,
      ),
    }),
    ...(tempered && {
      eceTempered: figure(tempered.error, {
        ...common,
        label: 'Calibration error after temperature scaling',
        baseline: error.value,
        method: 'each half scaled by the temperature of the other',
      }),
      temperature: figure(tempered.temperature, {
        label: 'Best temperature',
        better: null,
        baseline: 1,
        unit: 'number',
        n,
        method: 'least cross-entropy on all answers',
      }),
    }),
  };
}

export function scoreMetrics(answers: readonly Judged[], over: ReturnType<typeof meanOf>): Record<string, Metric> {
  const n = answers.length;
  const accuracy = proportion(answers.filter(({ isCorrect }) => isCorrect).length, n);
  const base = byFrequencies(answers);
  return {
    accuracy: share(accuracy, { label: 'Accuracy', better: 'higher' }),
    overconfidence: figure(over.value, {
      label: 'Mean confidence less accuracy',
      better: null,
      baseline: 0,
      unit: 'difference',
      n,
      low: over.low,
      high: over.high,
      method: 'mean, Student’s t',
    }),
    brier: brierMetric(answers, base.squared),
    nll: lossMetric(answers, base.loss),
  };
}

const MEAN = 'mean, Student’s t; baseline: the frequencies of the classes as the answer to everything';

function brierMetric(answers: readonly Judged[], baseline: number): Metric {
  const squares = answers.map(({ squared }) => squared);
  const { value, low, high } = meanOf(squares);
  const label = 'Brier score, summed over classes';
  return figure(value, { label, better: 'lower', baseline, unit: 'number', n: answers.length, low, high, method: MEAN });
}

function lossMetric(answers: readonly Judged[], baseline: number): Metric {
  const common = { label: 'Cross-entropy of the right class', better: 'lower', baseline, unit: 'nats', n: answers.length } as const;
  const losses = answers.map(({ loss }) => loss);
  const impossible = losses.filter((loss) => loss >= Number.MAX_VALUE).length;
  if (impossible > 0) return figure(null, { ...common, method: `infinite: the right class has probability 0 on ${impossible} examples` });
  const { value, low, high } = meanOf(losses);
  return figure(value, { ...common, low, high, method: MEAN });
}

export interface UnderAttack {
  /** On the examples of the audit's attacks, which stop at the first wrong decision. */
  readonly first: AdversarialConfidence | undefined;
  /** Where an attacker goes on towards that decision. */
  readonly determined: AdversarialConfidence | undefined;
  /** Why there is no figure of the one or the other. */
  readonly why: { readonly first: string; readonly determined: string };
}

export function attackMetrics({ first, determined, why }: UnderAttack): Record<string, Metric> {
  return {
    ...confidenceMetrics(
      first,
      why.first,
      { median: 'adversarialConfidence', surer: 'surer', auc: 'detectorAuc' },
      'by an attack that stops there',
    ),
    ...confidenceMetrics(
      determined,
      why.determined,
      { median: 'determinedConfidence', surer: 'determinedSurer', auc: 'determinedDetectorAuc' },
      'by an attacker who goes on',
    ),
  };
}

function confidenceMetrics(
  found: AdversarialConfidence | undefined,
  why: string,
  keys: Readonly<Record<'median' | 'surer' | 'auc', string>>,
  who: string,
): Record<string, Metric> {
  const label = `Median confidence when fooled ${who}`;
  if (!found) return { [keys.median]: figure(null, { label, better: 'lower', unit: 'share', method: `not resolvable: ${why}` }) };
  const { clean, fooled, surer, detector } = found;
  const { value, low, high } = found.median;
  return {
    [keys.median]: figure(value, {
      label,
      better: 'lower',
      baseline: median(clean),
      unit: 'share',
      n: fooled.length,
      ...(low !== null && high !== null && { low, high }),
      method: 'exact interval between order statistics; baseline: median over right answers on clean examples',
    }),
    [keys.surer]: share(surer, { label: `Surer than on the median clean example, fooled ${who}`, better: 'lower', baseline: 0.5 }),
    [keys.auc]: figure(detector.value, {
      label: `AUC of low confidence as a detector, fooled ${who}`,
      better: 'higher',
      baseline: 0.5,
      unit: 'number',
      n: fooled.length + clean.length,
      low: detector.low,
      high: detector.high,
      method: detector.method,
    }),
  };
}
