/** What a check of degradation shows: a map of accuracies, a table with intervals, single flips, and pictures of the worst. */
import type { DegradationFacts, DegradationKind } from '../../attacks/availability/degradation.ts';
import type { CheckContext } from '../checks/check.ts';
import type { Detail, DetailOf } from '../details.ts';
import { degradedSamplesTask, type SampleReply } from '../tasks/degraded-samples.ts';
import type { Scores, UnitScore } from './scores.ts';
import type { Tried } from './trial.ts';

/** How the words of a check name its units and severities. */
export interface Wording {
  readonly unit: string;
  readonly severity: string;
  /** A severity in a few words, e.g. "3" or "5 %". */
  readonly short: (facts: DegradationFacts, severity: number) => string;
}

const nameOf = (units: readonly DegradationFacts[], id: string): string => units.find((unit) => unit.id === id)?.name ?? id;

/** The unit under which most of the skill is lost first. */
export const worstFirst = ({ units }: Scores): UnitScore[] => [...units].sort((a, b) => a.accuracy - b.accuracy);

/** Columns are the struck shares where all units have them, else severities. */
export function heatMapOf({ scores }: Tried, units: readonly DegradationFacts[], { unit, severity }: Wording): DetailOf<'heat-map'> {
  const hasAmounts = units.every(({ amounts }) => amounts !== undefined);
  const columnOf = (id: string, at: number): number => (hasAmounts ? (units.find((one) => one.id === id)?.amounts?.[at - 1] ?? at) : at);
  const columns = [...new Set(scores.units.flatMap(({ unit: id, cells }) => cells.map((cell) => columnOf(id, cell.severity))))];
  columns.sort((a, b) => a - b);
  return {
    kind: 'heat-map',
    title: `Accuracy by ${unit} and ${hasAmounts ? 'struck share' : severity} (n = ${scores.n})`,
    rows: scores.units.map((one) => nameOf(units, one.unit)),
    columns: columns.map((at) => (hasAmounts ? `${Number((100 * at).toPrecision(2))} %` : `${severity} ${at}`)),
    values: scores.units.map(({ unit: id, cells }) =>
      columns.map((at) => cells.find((cell) => columnOf(id, cell.severity) === at)?.accuracy.value ?? null),
    ),
    unit: 'share',
    better: 'higher',
  };
}

export function tableOf({ scores }: Tried, units: readonly DegradationFacts[], { unit }: Wording): DetailOf<'table'> {
  const rows = worstFirst(scores).map((one) => {
    const worst = [...one.cells].sort((a, b) => a.accuracy.value - b.accuracy.value)[0];
    const facts = units.find(({ id }) => id === one.unit);
    return [
      nameOf(units, one.unit),
      facts?.family ?? '',
      one.accuracy,
      one.interval.low,
      one.interval.high,
      scores.clean.value - one.accuracy,
      worst ? `${worst.severity}: ${facts?.severities[worst.severity - 1] ?? ''}` : '',
      worst?.accuracy.value ?? null,
      one.p < 0.05 ? 'yes' : 'no',
    ];
  });
  return {
    kind: 'table',
    title: `Each ${unit}, the worst first: accuracy, mean over severities (n = ${scores.n})`,
    columns: [
      { name: unit[0]?.toUpperCase() + unit.slice(1) },
      { name: 'Family' },
      { name: 'Accuracy', unit: 'share' },
      { name: '95 % from', unit: 'share' },
      { name: 'to', unit: 'share' },
      { name: 'Lost', unit: 'difference' },
      { name: 'Worst severity' },
      { name: 'Accuracy there', unit: 'share' },
      { name: 'More than chance' },
    ],
    rows,
    worst: 0,
  };
}

/** A decision that was right and is not any more, at the mildest severity at which that happened. */
export interface Flip {
  readonly at: number;
  readonly index: number;
  readonly unit: string;
  readonly severity: number;
  readonly label: number;
  readonly confidence: number | null;
}

/** For each of these units the surest mistake at its mildest severity that makes one, each example once where possible. */
export function flipsOf({ trial, indices }: Tried, units: readonly string[]): Flip[] {
  const used = new Set<number>();
  return units.flatMap((unit) => {
    const all = trial.cells.flatMap((cell, c): Flip[] =>
      cell.unit !== unit
        ? []
        : indices.flatMap((index, at): Flip[] => {
            const reply = trial.replies[at];
            const [label, right] = [reply?.labels[c] as number, trial.labels[at]];
            if (trial.clean[at] !== right || label === right) return [];
            return [{ at, index, unit, severity: cell.severity, label, confidence: reply?.confidences[c] ?? null }];
          }),
    );
    const [first] = all.sort(
      (a, b) =>
        Number(used.has(a.index)) - Number(used.has(b.index)) || a.severity - b.severity || (b.confidence ?? 0) - (a.confidence ?? 0),
    );
    if (first) used.add(first.index);
    return first ? [first] : [];
  });
}

type Named = Pick<CheckContext, 'prepared' | 'once' | 'subject'>;

const className = ({ prepared }: Pick<Named, 'prepared'>, label: number): string =>
  label < 0 ? 'no number' : (prepared.data.classNames?.[label] ?? String(label));

export function flipTable(context: Named, tried: Tried, units: readonly DegradationFacts[], { unit, severity }: Wording): Detail[] {
  const flips = flipsOf(
    tried,
    worstFirst(tried.scores).map((one) => one.unit),
  ).slice(0, FLIPS);
  if (flips.length === 0) return [];
  return [
    {
      kind: 'table',
      title: 'Single decisions that turned wrong',
      columns: [
        { name: 'Example' },
        { name: 'Right class' },
        { name: unit[0]?.toUpperCase() + unit.slice(1) },
        { name: severity[0]?.toUpperCase() + severity.slice(1) },
        { name: 'Answer' },
        { name: 'Confidence', unit: 'share' },
      ],
      rows: flips.map((flip) => [
        flip.index,
        className(context, tried.trial.labels[flip.at] as number),
        nameOf(units, flip.unit),
        units.find(({ id }) => id === flip.unit)?.severities[flip.severity - 1] ?? flip.severity,
        className(context, flip.label),
        flip.confidence,
      ]),
    },
  ];
}

const FLIPS = 8;
/** Units with samples of their own, and severities of each. */
const SHOWN = 4;
const SHOWN_SEVERITIES = 3;

/** The worst units on an example that each of them turned: pictures and recordings as they are and at up to three severities, texts and rows where they turn. */
export async function samplesOf(
  context: Named,
  kind: DegradationKind,
  tried: Tried,
  units: readonly DegradationFacts[],
  { short }: Wording,
): Promise<Detail[]> {
  const { modality } = context.prepared.preprocessing;
  const isSeen = modality === 'image' || modality === 'waveform';
  const worst = worstFirst(tried.scores).slice(0, SHOWN);
  const flips = flipsOf(
    tried,
    worst.map(({ unit }) => unit),
  );
  const items = flips.flatMap((flip) => {
    const severities = worst.find(({ unit }) => unit === flip.unit)?.cells.map(({ severity }) => severity) ?? [];
    return isSeen ? [0, ...thinned(severities)].map((severity) => ({ ...flip, severity })) : [flip];
  });
  if (items.length === 0) return [];
  const drawn = await context.once(degradedSamplesTask, {
    subject: context.subject,
    kind,
    items: items.map(({ index, unit, severity }) => ({ index, unit, severity })),
  });
  const captioned = items.map(({ at, index, unit, severity }, i): Shown => {
    const facts = units.find((one) => one.id === unit) as DegradationFacts;
    const answer = severity === 0 ? tried.trial.clean[at] : answerOn(tried, at, { unit, severity });
    const what = severity === 0 ? 'as it is' : short(facts, severity);
    const right = className(context, tried.trial.labels[at] as number);
    return {
      group: `${facts.name}: example ${index}, ${right}`,
      caption: isSeen
        ? `${what}: ${className(context, answer as number)}`
        : `${facts.name}, ${what}: ${className(context, answer as number)}`,
      alt: `Example ${index}, ${facts.name}, ${what}`,
      reply: drawn[i] ?? {},
    };
  });
  return detailsOf(captioned);
}

interface Shown {
  readonly group: string;
  readonly caption: string;
  readonly alt: string;
  readonly reply: SampleReply;
}

/** Whichever form the samples have; pictures and recordings by unit. */
function detailsOf(shown: readonly Shown[]): Detail[] {
  const title = 'The worst, on examples whose decision they turn';
  const texts = shown.flatMap(({ caption, reply: { pieces } }) => (pieces ? [{ caption, pieces: [...pieces] }] : []));
  const rows = shown.flatMap(({ caption, reply: { changes } }) =>
    (changes ?? []).slice(0, MOST_CHANGES).map(({ column, before, after }) => [caption, column, before, after]),
  );
  return [
    ...[...new Set(shown.map(({ group }) => group))].flatMap((group) => seen(group, shown)),
    ...(texts.length > 0 ? [{ kind: 'text-diff' as const, title, items: texts }] : []),
    ...(rows.length > 0
      ? [{ kind: 'table' as const, title, columns: ['Corruption and answer', 'Column', 'Before', 'After'].map((name) => ({ name })), rows }]
      : []),
  ];
}

function seen(title: string, shown: readonly Shown[]): Detail[] {
  const own = shown.filter(({ group }) => group === title);
  const images = own.flatMap(({ caption, alt, reply: { image } }) => (image === undefined ? [] : [{ caption, alt, source: image }]));
  const waves = own.flatMap(({ caption, reply: { envelope } }) => (envelope ? [{ caption, envelope }] : []));
  return [
    ...(images.length > 0 ? [{ kind: 'images' as const, title, items: images }] : []),
    ...(waves.length > 0 ? [{ kind: 'waveform' as const, title, items: waves }] : []),
  ];
}

const MOST_CHANGES = 6;

function answerOn({ trial }: Tried, at: number, { unit, severity }: { unit: string; severity: number }): number | undefined {
  return trial.replies[at]?.labels[trial.cells.findIndex((cell) => cell.unit === unit && cell.severity === severity)];
}

/** First, middle and last. */
function thinned(severities: readonly number[]): number[] {
  if (severities.length <= SHOWN_SEVERITIES) return [...severities];
  return [0, Math.floor((severities.length - 1) / 2), severities.length - 1].map((i) => severities[i] as number);
}
