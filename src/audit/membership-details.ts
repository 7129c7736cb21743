/** The evidence of the membership check: the ROC curve on logarithmic axes, scores of members and others, every signal, and the most exposed classes. */
import type { AttackFigures, Gap, OfClass } from '../privacy/membership.ts';
import { SIGNAL_NAMES, type Signal } from '../privacy/signals.ts';
import { quantile } from '../stats/quantile.ts';
import { rocPoints } from '../stats/roc.ts';
import type { Detail, DetailOf } from './details.ts';

type Point = DetailOf<'curve'>['lines'][number]['points'][number];

/** Points per line: as many as can be told apart. */
const DRAWN = 60;

export function rocCurve(name: string, { roc }: AttackFigures, gap: Gap): DetailOf<'curve'> {
  const least = 1 / roc.negatives;
  const grid = Array.from({ length: DRAWN }, (_, i) => least ** (1 - i / (DRAWN - 1)));
  const corners = rocPoints(roc);
  let at = 0;
  const points = grid.map((x): Point => {
    while (at + 1 < corners.length && (corners[at + 1]?.fpr as number) <= x * (1 + 1e-9)) at++;
    return { x, y: corners[at]?.tpr || null };
  });
  // Beyond its own rate of false positives the gap attack guesses among the wrong answers, too.
  const beyond = (x: number): number => gap.members.value + ((1 - gap.members.value) * (x - gap.others.value)) / (1 - gap.others.value);
  const ofGap = grid.map((x): Point => ({ x, y: x <= gap.others.value ? gap.tprAt(x) : beyond(x) }));
  return {
    kind: 'curve',
    title: 'Members found against false accusations',
    x: { label: 'False positive rate', unit: 'share', scale: 'log' },
    y: { label: 'True positive rate', unit: 'share', scale: 'log' },
    lines: [
      { name, points },
      { name: 'gap attack', points: ofGap, isBaseline: true },
      { name: 'chance', points: [least, 1].map((x) => ({ x, y: x })), isBaseline: true },
    ],
  };
}

const BINS = 30;

/** Scores beyond the outer half percents are counted in the outer bins. */
export function scoreHistogram(name: string, members: readonly number[], others: readonly number[]): DetailOf<'histogram'> {
  const all = [...members, ...others].filter((score) => Math.abs(score) < Number.MAX_VALUE);
  const [low, high] = all.length > 0 ? [quantile(all, 0.005), quantile(all, 0.995)] : [0, 1];
  const width = (high > low ? high - low : 1) / BINS;
  const counts = (scores: readonly number[]): number[] => {
    const bins = Array<number>(BINS).fill(0);
    for (const score of scores) {
      const bin = Math.min(BINS - 1, Math.max(0, Math.floor((score - low) / width)));
      bins[bin] = (bins[bin] as number) + 1;
    }
    return bins;
  };
  return {
    kind: 'histogram',
    title: 'Scores of members and non-members',
    x: { label: name },
    edges: Array.from({ length: BINS + 1 }, (_, i) => low + i * width),
    series: [
      { name: 'members', counts: counts(members) },
      { name: 'non-members', counts: counts(others) },
    ],
  };
}

export function signalTable(figures: ReadonlyMap<Signal, AttackFigures>, gap: Gap): DetailOf<'table'> {
  const share = { unit: 'share' };
  const rows = [...figures].map(([signal, { auc, advantage, tpr }]) => [
    SIGNAL_NAMES[signal],
    auc.value,
    auc.low,
    auc.high,
    advantage.value,
    tpr[0.01]?.value ?? null,
    tpr[0.001]?.value ?? null,
  ]);
  return {
    kind: 'table',
    title: 'Every signal that was tried',
    columns: [
      { name: 'Signal' },
      { name: 'AUC' },
      { name: 'from' },
      { name: 'to' },
      { name: 'Advantage', unit: 'difference' },
      { name: 'TPR at 1 % FPR', ...share },
      { name: 'TPR at 0.1 % FPR', ...share },
    ],
    rows: [
      ...rows,
      [
        'Gap attack: is the answer right?',
        gap.auc,
        (1 + gap.gap.low) / 2,
        (1 + gap.gap.high) / 2,
        gap.gap.value,
        gap.tprAt(0.01),
        gap.tprAt(0.001),
      ],
    ],
  };
}

const MOST_CLASSES = 20;

export function classTable(classes: readonly OfClass[], names: readonly string[] | null): Detail[] {
  if (classes.length < 2) return [];
  return [
    {
      kind: 'table',
      title: `By class, the most exposed first${classes.length > MOST_CLASSES ? ` (${MOST_CLASSES} of ${classes.length})` : ''}`,
      columns: ['Class', 'AUC', 'from', 'to', 'Members', 'Non-members'].map((name) => ({ name })),
      rows: classes
        .slice(0, MOST_CLASSES)
        .map(({ label, auc, members, others }) => [names?.[label] ?? String(label), auc.value, auc.low, auc.high, members, others]),
      worst: 0,
    },
  ];
}
