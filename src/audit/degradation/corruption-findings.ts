/** What losses under natural degradation mean: thresholds of docs/checks/corruptions.md. */
import type { DegradationFacts } from '../../attacks/availability/degradation.ts';
import type { Modality } from '../../data/dataset.ts';
import type { FindingDraft } from '../checks/check.ts';
import { remediesFor } from './remedies.ts';
import { keptOf, type Scores, type UnitScore } from './scores.ts';

/** Share of the skill that has to be left on average. */
const HALF = 0.5;
/** A corruption that leaves less of it is a material loss. */
const MATERIAL = 0.8;
const SIGNIFICANT = 0.05;
/** With fewer examples only large losses show. */
const FEW = 50;

export interface Judged {
  readonly findings: readonly FindingDraft[];
  readonly undecided?: string;
}

export function corruptionFindings(scores: Scores, units: readonly DegradationFacts[], modality: Modality): Judged {
  const { clean, chance, n } = scores;
  if (clean.low <= chance) {
    return {
      findings: [],
      undecided: `On ${n} examples clean accuracy is not clearly above that of always answering the commonest class, so there is no skill to lose.`,
    };
  }
  const materials = scores.units.filter((unit) => isMaterial(unit));
  const findings = [
    ...collapse(scores, units, modality),
    ...mild(scores, units, modality),
    ...material(materials, units, modality),
    ...(materials.length === 0 ? some(scores, units, modality) : []),
  ];
  if (findings.length === 0 && n < FEW)
    return { findings, undecided: `${n} examples are too few to see a loss of less than a third or so.` };
  return { findings };
}

const isMaterial = ({ kept, p }: UnitScore): boolean => kept < MATERIAL && p < SIGNIFICANT;

const named = (units: readonly DegradationFacts[], ids: readonly string[]): string => {
  const names = ids.map((id) => units.find((unit) => unit.id === id)?.name.toLowerCase() ?? id);
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
};

const REFERENCE =
  'Hendrycks & Dietterich 2019, Benchmarking Neural Network Robustness to Common Corruptions and Perturbations, arXiv:1903.12261';
const MEANING =
  'No attacker is needed: what happens to inputs in use does this, and whoever wants the system to fail can wait for it or bring it about.';

function collapse({ keptInterval, units: scored }: Scores, units: readonly DegradationFacts[], modality: Modality): FindingDraft[] {
  if (keptInterval.high >= HALF) return [];
  const worst = [...scored].sort((a, b) => a.kept - b.kept).map(({ unit }) => unit);
  return [
    {
      id: 'collapse',
      severity: 'high',
      title: 'Degraded input takes more than half of its skill',
      text: `Averaged over ${scored.length} corruptions and their severities, accuracy is {corruptedAccuracy~}, beside {cleanAccuracy} on clean input: {keptSkill~} of the accuracy above always answering the commonest class is left. Worst: ${named(units, worst.slice(0, 3))}.`,
      meaning: MEANING,
      remedies: remediesFor(modality, familiesOf(units, worst.slice(0, 3))),
      reference: REFERENCE,
    },
  ];
}

/** The mildest severity leaves less than half, even at the upper end of the interval for all cells together. Wrong units are never mild. */
function mild({ units: scored, clean, chance }: Scores, units: readonly DegradationFacts[], modality: Modality): FindingDraft[] {
  const isGross = (id: string): boolean => units.find((unit) => unit.id === id)?.family === 'units';
  const hit = scored.filter(
    ({ unit, cells }) =>
      !isGross(unit) &&
      cells.some(({ severity, highest, p }) => severity === 1 && p < SIGNIFICANT && keptOf(highest, clean.value, chance) < HALF),
  );
  if (hit.length === 0) return [];
  const ids = hit.map(({ unit }) => unit);
  return [
    {
      id: 'mild',
      severity: 'high',
      title: 'Even the mildest degradation takes more than half of its skill',
      text: `At severity 1 of 5, ${named(units, ids)} already ${ids.length === 1 ? 'leaves' : 'leave'} less than half of the accuracy above always answering the commonest class (95 % over all corruptions and severities together).`,
      meaning: MEANING,
      remedies: remediesFor(modality, familiesOf(units, ids)),
      reference: REFERENCE,
    },
  ];
}

function material(hit: readonly UnitScore[], units: readonly DegradationFacts[], modality: Modality): FindingDraft[] {
  if (hit.length === 0) return [];
  const ids = [...hit].sort((a, b) => a.kept - b.kept).map(({ unit }) => unit);
  return [
    {
      id: 'material-loss',
      severity: 'medium',
      title: 'Some degradation costs it a fifth of its skill or more',
      text: `Averaged over severities, ${named(units, ids)} ${ids.length === 1 ? 'takes' : 'take'} at least a fifth of the accuracy above always answering the commonest class, more than chance explains (exact McNemar tests, Bonferroni over all corruptions and severities). Worst: accuracy {worstCorruption~}, beside {cleanAccuracy} on clean input; lowest at one severity {worstSeverity~}.`,
      meaning: MEANING,
      remedies: remediesFor(modality, familiesOf(units, ids)),
      reference: REFERENCE,
    },
  ];
}

function some({ units: scored }: Scores, units: readonly DegradationFacts[], modality: Modality): FindingDraft[] {
  const ids = [...scored]
    .filter(({ p }) => p < SIGNIFICANT)
    .sort((a, b) => a.kept - b.kept)
    .map(({ unit }) => unit);
  if (ids.length === 0) return [];
  return [
    {
      id: 'some-loss',
      severity: 'low',
      title: 'Some degradation costs it a little',
      text: `${named(units, ids)}: at some severity more decisions turn wrong than chance explains, but averaged over severities less than a fifth of the skill is lost. Lowest at one severity: {worstSeverity~}.`,
      remedies: remediesFor(modality, familiesOf(units, ids)),
      reference: REFERENCE,
    },
  ];
}

function familiesOf(units: readonly DegradationFacts[], ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => units.find((unit) => unit.id === id)?.family ?? ''))];
}
