/** What losses under a polluted sensor mean: thresholds of docs/checks/sensor-pollution.md. */
import type { DegradationFacts } from '../../attacks/availability/degradation.ts';
import type { FindingDraft } from '../checks/check.ts';
import type { Judged } from './corruption-findings.ts';
import { BROKEN } from './pollution-evidence.ts';
import { type CellScore, keptOf, type Scores } from './scores.ts';

/** Severities: up to 5 % of the lens or 0.2 % of the pixels, up to 10 % or 0.5 %, up to 20 % or 1 %. */
const LITTLE = 3;
const SOME = 4;
const MUCH = 5;
const MATERIAL = 0.8;
const SIGNIFICANT = 0.05;
const FEW = 50;

const MEANING =
  'Nobody has to touch the model or its network: a wet finger, a spray or a sticker on the lens is enough, and so is an autumn without cleaning.';
const REMEDIES = [
  'Detect the pollution itself: compare pictures over time (what never moves lies on the lens), and ask for cleaning instead of guessing.',
  'Train with patches erased and occluded (Cutout, arXiv:1708.04552; Random Erasing, arXiv:1708.04896), and with blur and drops drawn on.',
  'Map dead and stuck pixels out before the model (median of their neighbours), as cameras do at calibration.',
];
const HEARING = [
  'Monitor level, hum and dropouts of the recording, and ask again instead of guessing.',
  'Filter below 80 Hz before the model, and train with hum, wind and gaps.',
];
const REFERENCE = 'docs/checks/sensor-pollution.md';

export function pollutionFindings(scores: Scores, units: readonly DegradationFacts[]): Judged {
  const { clean, chance, n } = scores;
  if (clean.low <= chance) {
    return {
      findings: [],
      undecided: `On ${n} examples clean accuracy is not clearly above that of always answering the commonest class, so there is no skill to lose.`,
    };
  }
  const hit = (most: number, isHit: (cell: CellScore) => boolean): string[] =>
    scores.units
      .filter(({ cells }) => cells.some((cell) => cell.severity <= most && cell.p < SIGNIFICANT && isHit(cell)))
      .sort((a, b) => a.kept - b.kept)
      .map(({ unit }) => unit);
  const kept = (accuracy: number): number => keptOf(accuracy, clean.value, chance);
  const little = hit(LITTLE, ({ highest }) => kept(highest) < BROKEN);
  const some = hit(SOME, ({ accuracy }) => kept(accuracy.value) < MATERIAL);
  const much = hit(MUCH, () => true);
  const findings = [...broken(little, units), ...material(some, units), ...(some.length === 0 ? slight(much, units) : [])];
  if (findings.length === 0 && n < FEW)
    return { findings, undecided: `${n} examples are too few to see a loss of less than a third or so.` };
  return { findings };
}

const hears = (units: readonly DegradationFacts[]): boolean => units.some(({ id }) => id === 'wind' || id === 'dropouts');

function named(units: readonly DegradationFacts[], ids: readonly string[], most: number): string {
  return ids
    .slice(0, 5)
    .map((id) => {
      const facts = units.find((unit) => unit.id === id);
      return `${facts?.name.toLowerCase() ?? id} (${facts?.severities[most - 1] ?? ''})`;
    })
    .join(', ')
    .concat(ids.length > 5 ? ` and ${ids.length - 5} more` : '');
}

const helped = (units: readonly DegradationFacts[]): string[] => (hears(units) ? HEARING : REMEDIES);

function broken(ids: readonly string[], units: readonly DegradationFacts[]): FindingDraft[] {
  if (ids.length === 0) return [];
  return [
    {
      id: 'breaks-early',
      severity: 'high',
      title: hears(units)
        ? 'A faulty microphone soon takes more than half of its skill'
        : 'A little pollution takes more than half of its skill',
      text: `At or below these severities less than half of the accuracy above always answering the commonest class is left, also at the upper end of an interval for all pollutions together: ${named(units, ids, LITTLE)}. Clean accuracy on the same examples: {cleanAccuracy~}.`,
      meaning: MEANING,
      remedies: helped(units),
      reference: REFERENCE,
    },
  ];
}

function material(ids: readonly string[], units: readonly DegradationFacts[]): FindingDraft[] {
  if (ids.length === 0) return [];
  return [
    {
      id: 'material-loss',
      severity: 'medium',
      title: 'Some pollution of its sensor costs it a fifth of its skill or more',
      text: `At or below these severities a fifth of the skill or more is lost, more than chance explains (exact McNemar tests, Bonferroni over all): ${named(units, ids, SOME)}. Worst on average: accuracy {worstPollution~}, beside {cleanAccuracy} on clean input.`,
      meaning: MEANING,
      remedies: helped(units),
      reference: REFERENCE,
    },
  ];
}

function slight(ids: readonly string[], units: readonly DegradationFacts[]): FindingDraft[] {
  if (ids.length === 0) return [];
  return [
    {
      id: 'some-loss',
      severity: 'low',
      title: 'Strong pollution of its sensor costs it a little',
      text: `More decisions turn wrong than chance explains at or below: ${named(units, ids, MUCH)}. Mean accuracy over all pollutions: {pollutedAccuracy~}.`,
      remedies: helped(units),
      reference: REFERENCE,
    },
  ];
}
