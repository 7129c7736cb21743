/** The evidence of the calibration check: the reliability diagram, and how sure the model is when it is right, wrong or fooled. */
import type { Bin } from '../stats/calibration.ts';
import { proportion } from '../stats/proportion.ts';
import { quantile } from '../stats/quantile.ts';
import type { Judged } from './calibration-figures.ts';
import type { UnderAttack } from './calibration-metrics.ts';
import type { DetailOf } from './details.ts';

export function reliability(bins: readonly Bin[]): DetailOf<'curve'> {
  return {
    kind: 'curve',
    title: 'Reliability: how often it is right when it is so sure',
    x: { label: 'Confidence', unit: 'share' },
    y: { label: 'Accuracy', unit: 'share' },
    lines: [
      {
        name: 'as it answers',
        points: bins
          .filter(({ n }) => n > 0)
          .map(({ n, correct, confidence }) => {
            const { value, low, high } = proportion(correct, n);
            return { x: confidence, y: value, low, high };
          }),
      },
      { name: 'perfectly calibrated', points: [0, 1].map((x) => ({ x, y: x })), isBaseline: true },
    ],
  };
}

const BINS = 20;

export function confidences(answers: readonly Judged[], { first, determined }: UnderAttack): DetailOf<'histogram'> {
  const counts = (values: readonly number[]): number[] => {
    const bins = Array<number>(BINS).fill(0);
    for (const value of values) {
      const bin = Math.min(BINS - 1, Math.floor(value * BINS));
      bins[bin] = (bins[bin] as number) + 1;
    }
    return bins;
  };
  const of = (isCorrect: boolean): number[] =>
    answers.filter((answer) => answer.isCorrect === isCorrect).map(({ confidence }) => confidence);
  return {
    kind: 'histogram',
    title: 'How sure it is',
    x: { label: 'Confidence', unit: 'share' },
    edges: Array.from({ length: BINS + 1 }, (_, i) => i / BINS),
    series: [
      { name: 'right answers', counts: counts(of(true)) },
      { name: 'wrong answers', counts: counts(of(false)) },
      ...(first ? [{ name: 'fooled', counts: counts(first.fooled) }] : []),
      ...(determined ? [{ name: 'fooled by an attacker who goes on', counts: counts(determined.fooled) }] : []),
    ],
  };
}

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

export function confidenceTable(answers: readonly Judged[], { first, determined }: UnderAttack): DetailOf<'table'> {
  const of = (isCorrect: boolean): number[] =>
    answers.filter((answer) => answer.isCorrect === isCorrect).map(({ confidence }) => confidence);
  const row = (name: string, values: readonly number[]): (string | number | null)[] => [
    name,
    values.length,
    ...QUANTILES.map((p) => (values.length === 0 ? null : quantile(values, p))),
  ];
  return {
    kind: 'table',
    title: 'Confidence, quantiles',
    columns: [
      { name: 'Answers' },
      { name: 'n', unit: 'count' },
      ...QUANTILES.map((p) => ({ name: `${Math.round(100 * p)} %`, unit: 'share' })),
    ],
    rows: [
      row('right', of(true)),
      row('wrong', of(false)),
      ...(first ? [row('fooled', first.fooled)] : []),
      ...(determined ? [row('fooled by an attacker who goes on', determined.fooled)] : []),
    ],
  };
}
