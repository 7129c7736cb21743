/** The figures of natural degradation: mean corruption error, what is left of the skill, and the worst corruption. */
import type { DegradationFacts } from '../../attacks/availability/degradation.ts';
import { figure, type Metric, share } from '../metric.ts';
import { alexNetShare } from './alexnet.ts';
import { worstFirst } from './evidence.ts';
import { keptOf, type Scores } from './scores.ts';

const IMAGENET = 1000;

/** Words of a figure that several answers on one example go into. */
const bootstrapped = ({ n, interval }: Scores): { unit: 'share'; n: number; method: string } => ({
  unit: 'share',
  n,
  method: `bootstrap over examples, ${interval.draws} draws`,
});

/** @param classes number of the model's classes: 1 000 are taken for ImageNet's */
export function corruptionMetrics(scores: Scores, units: readonly DegradationFacts[], classes: number): Record<string, Metric> {
  const { n, clean, chance, accuracy, interval } = scores;
  const told = bootstrapped(scores);
  return {
    corruptedAccuracy: figure(accuracy, {
      ...told,
      label: 'Accuracy, mean over corruptions',
      better: 'higher',
      low: interval.low,
      high: interval.high,
      baseline: clean.value,
    }),
    cleanAccuracy: share(clean, { label: 'Clean accuracy', better: 'higher', baseline: chance }),
    meanCorruptionError: figure(1 - accuracy, {
      ...told,
      label: 'Mean corruption error (unnormalised mCE)',
      better: 'lower',
      low: 1 - interval.high,
      high: 1 - interval.low,
      baseline: 1 - clean.value,
      method: `mean over corruptions of the mean error over severities; ${told.method}`,
    }),
    relativeCorruptionError: figure(clean.value - accuracy, {
      label: 'Error beyond the clean error (unnormalised)',
      better: 'lower',
      unit: 'difference',
      n,
      method: 'mean corruption error less clean error',
    }),
    ...normalised(scores, classes),
    ...skill(scores),
    ...worst(scores, units),
  };
}

/** Where it can be compared with published ones. */
function normalised(scores: Scores, classes: number): Record<string, Metric> {
  const value = classes === IMAGENET ? alexNetShare(scores) : undefined;
  if (value === undefined) return {};
  const method =
    "mean over the 15 corruptions of the error as a share of AlexNet's (arXiv:1903.12261); AlexNet saw the published pictures, frost and spatter differ";
  return { mCE: figure(value, { label: 'mCE, normalised by AlexNet', better: 'lower', unit: 'ratio', n: scores.n, method, baseline: 1 }) };
}

function skill(scores: Scores): Record<string, Metric> {
  const { clean, chance, kept, keptInterval } = scores;
  const told = bootstrapped(scores);
  const label = 'Skill that is left';
  if (clean.value <= chance) {
    const method = 'not resolvable: clean accuracy is not above that of always answering the commonest class';
    return { keptSkill: figure(null, { ...told, label, better: 'higher', method }) };
  }
  const method = `accuracy above always answering the commonest class, as a share of the clean one; ${told.method}`;
  return { keptSkill: figure(kept, { ...told, label, better: 'higher', low: keptInterval.low, high: keptInterval.high, method }) };
}

function worst(scores: Scores, units: readonly DegradationFacts[]): Record<string, Metric> {
  const { clean, chance, n } = scores;
  const unit = worstFirst(scores)[0];
  const cell = scores.units.flatMap(({ cells }) => cells).sort((a, b) => a.accuracy.value - b.accuracy.value)[0];
  if (!unit || !cell) return {};
  const nameOf = (id: string): string => units.find((one) => one.id === id)?.name ?? id;
  return {
    worstCorruption: figure(unit.accuracy, {
      ...bootstrapped(scores),
      label: `Accuracy under the worst corruption (${nameOf(unit.unit)})`,
      better: 'higher',
      low: unit.interval.low,
      high: unit.interval.high,
      baseline: clean.value,
    }),
    worstKept: figure(clean.value > chance ? keptOf(unit.accuracy, clean.value, chance) : null, {
      label: 'Skill left under it',
      better: 'higher',
      unit: 'share',
      n,
      method: 'accuracy above always answering the commonest class, as a share of the clean one',
    }),
    worstSeverity: share(cell.accuracy, {
      label: `Lowest accuracy (${nameOf(cell.unit)}, severity ${cell.severity})`,
      better: 'higher',
      baseline: clean.value,
    }),
  };
}
