/** The figures of a polluted sensor: accuracy by covered area, and the area at which the model breaks. */
import type { DegradationFacts } from '../../attacks/availability/degradation.ts';
import type { Detail, DetailOf } from '../details.ts';
import { figure, type Metric, share } from '../metric.ts';
import { worstFirst } from './evidence.ts';
import { type CellScore, keptOf, type Scores, type UnitScore } from './scores.ts';
import type { Tried } from './trial.ts';

/** Share of the skill below which the model counts as broken. */
export const BROKEN = 0.5;
const SIGNIFICANT = 0.05;

const factsOf = (units: readonly DegradationFacts[], id: string): DegradationFacts | undefined => units.find((unit) => unit.id === id);

/** The mildest severity at which less than half of the skill is left, by more than chance explains. */
export function breaksAt({ cells }: UnitScore, { clean, chance }: Pick<Scores, 'clean' | 'chance'>): CellScore | undefined {
  return [...cells]
    .sort((a, b) => a.severity - b.severity)
    .find(({ accuracy, p }) => p < SIGNIFICANT && keptOf(accuracy.value, clean.value, chance) < BROKEN);
}

/** The smallest area at which anything of a family breaks the model. */
function smallest(scores: Scores, units: readonly DegradationFacts[], family: string): { area: number; name: string } | undefined {
  const found = scores.units.flatMap((unit) => {
    const facts = factsOf(units, unit.unit);
    const cell = facts?.family === family ? breaksAt(unit, scores) : undefined;
    const area = cell && facts?.amounts?.[cell.severity - 1];
    return area === undefined ? [] : [{ area, name: facts?.name ?? unit.unit }];
  });
  return found.sort((a, b) => a.area - b.area)[0];
}

/** Name and label of a figure. */
type Called = readonly [name: string, label: string];
const LENS: Called = ['breakingArea', 'Covered lens at which it breaks'];
const PIXELS: Called = ['breakingPixels', 'Broken part of the sensor at which it breaks'];
const TIME: Called = ['breakingTime', 'Lost time at which it breaks'];

export function pollutionMetrics(scores: Scores, units: readonly DegradationFacts[]): Record<string, Metric> {
  const { n, clean, chance, accuracy, interval, kept, keptInterval } = scores;
  const told = { unit: 'share' as const, n, better: 'higher' as const };
  const method = `bootstrap over examples, ${interval.draws} draws`;
  const worst = worstFirst(scores)[0];
  return {
    pollutedAccuracy: figure(accuracy, {
      ...told,
      label: 'Accuracy, mean over pollutions',
      method,
      low: interval.low,
      high: interval.high,
      baseline: clean.value,
    }),
    cleanAccuracy: share(clean, { label: 'Clean accuracy', better: 'higher', baseline: chance }),
    ...(clean.value > chance && {
      keptSkill: figure(kept, {
        ...told,
        label: 'Skill that is left',
        low: keptInterval.low,
        high: keptInterval.high,
        method: `accuracy above always answering the commonest class, as a share of the clean one; ${method}`,
      }),
    }),
    ...area(scores, units, 'lens', LENS),
    ...area(scores, units, 'sensor', units.some(({ family }) => family === 'lens') ? PIXELS : TIME),
    ...(worst && {
      worstPollution: figure(worst.accuracy, {
        ...told,
        label: `Accuracy under the worst pollution (${factsOf(units, worst.unit)?.name ?? worst.unit})`,
        method,
        low: worst.interval.low,
        high: worst.interval.high,
        baseline: clean.value,
      }),
    }),
  };
}

function area(scores: Scores, units: readonly DegradationFacts[], family: string, [name, label]: Called): Record<string, Metric> {
  const areas = units.flatMap((unit) => (unit.family === family ? (unit.amounts ?? []) : []));
  const tested = scores.units.flatMap(({ unit, cells }) => {
    const facts = factsOf(units, unit);
    return facts?.family === family ? cells.map(({ severity }) => facts.amounts?.[severity - 1] ?? 0) : [];
  });
  if (areas.length === 0 || tested.length === 0) return {};
  const found = smallest(scores, units, family);
  const rule = 'smallest tested share that leaves less than half of the skill, by an exact McNemar test at 5 % for all together';
  const method = found ? `${rule} (${found.name})` : `not reached: nothing up to ${100 * Math.max(...tested)} % of it did; ${rule}`;
  return { [name]: figure(found?.area ?? null, { label, better: 'higher', unit: 'share', n: scores.n, method }) };
}

/** The worst pollutions against the covered area, where all have one. */
export function areaCurve(tried: Tried, units: readonly DegradationFacts[]): Detail[] {
  const { scores } = tried;
  const lines = worstFirst(scores).flatMap(({ unit, cells }) => {
    const facts = factsOf(units, unit);
    if (facts?.family !== 'lens' || !facts.amounts) return [];
    const points = [...cells]
      .sort((a, b) => a.severity - b.severity)
      .map(({ severity, accuracy: { value, low, high } }) => ({ x: 100 * (facts.amounts?.[severity - 1] ?? 0), y: value, low, high }));
    return [{ name: facts.name, points: [{ x: 0, y: scores.clean.value, low: scores.clean.low, high: scores.clean.high }, ...points] }];
  });
  if (lines.length === 0) return [];
  return [
    {
      kind: 'curve',
      title: `Accuracy against the covered part of the lens, the ${Math.min(LINES, lines.length)} worst (n = ${scores.n})`,
      x: { label: 'covered, %' },
      y: { label: 'Accuracy', unit: 'share' },
      lines: lines.slice(0, LINES),
    },
  ];
}

const LINES = 4;

export function pollutionTable({ scores }: Tried, units: readonly DegradationFacts[]): DetailOf<'table'> {
  const rows = worstFirst(scores).map((unit) => {
    const facts = factsOf(units, unit.unit);
    const [broken, least] = [breaksAt(unit, scores), [...unit.cells].sort((a, b) => a.accuracy.value - b.accuracy.value)[0]];
    const at = (cell: CellScore | undefined): string => (cell ? (facts?.severities[cell.severity - 1] ?? '') : '');
    return [
      facts?.name ?? unit.unit,
      facts?.family ?? '',
      unit.accuracy,
      unit.interval.low,
      unit.interval.high,
      broken ? at(broken) : 'not reached',
      at(least),
      least?.accuracy.value ?? null,
    ];
  });
  return {
    kind: 'table',
    title: `Each pollution, the worst first: accuracy, mean over severities (n = ${scores.n})`,
    columns: [
      { name: 'Pollution' },
      { name: 'Where' },
      { name: 'Accuracy', unit: 'share' },
      { name: '95 % from', unit: 'share' },
      { name: 'to', unit: 'share' },
      { name: 'Breaks at' },
      { name: 'Worst at' },
      { name: 'Accuracy there', unit: 'share' },
    ],
    rows,
    worst: 0,
  };
}
