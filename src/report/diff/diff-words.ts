/** The words, signs and figures of a comparison that all its forms share. */
import type { CheckChange, Flips, ModelDiff, ResultDiff } from '../../audit/compare/diff.ts';
import type { FindingChange, FindingFate } from '../../audit/compare/diff-findings.ts';
import type { FigureChange, Shown } from '../../audit/compare/figure-change.ts';
import { pText } from '../../audit/words.ts';
import { dateTime, plural } from '../format.ts';
import { inUnit } from '../metric-text.ts';
import type { Tone } from '../names.ts';
import { STATUSES } from '../statuses.ts';

export const SHOWN: Record<Shown, { word: string; tone: Tone }> = {
  worse: { word: 'worse', tone: 'bad' },
  better: { word: 'better', tone: 'good' },
  changed: { word: 'changed', tone: 'info' },
  unclear: { word: 'not shown', tone: 'none' },
  same: { word: 'the same', tone: 'none' },
  untested: { word: 'not tested', tone: 'none' },
  incomparable: { word: 'not comparable', tone: 'mute' },
};

export const FATES: Record<FindingFate, { word: string; tone: Tone; rank: number }> = {
  new: { word: 'New', tone: 'bad', rank: 0 },
  worse: { word: 'Worse', tone: 'bad', rank: 1 },
  'first-seen': { word: 'First seen', tone: 'warn', rank: 2 },
  unseen: { word: 'Not looked at', tone: 'mute', rank: 3 },
  milder: { word: 'Milder', tone: 'good', rank: 4 },
  fixed: { word: 'Fixed', tone: 'good', rank: 5 },
  incomparable: { word: 'Not comparable', tone: 'mute', rank: 6 },
  kept: { word: 'Kept', tone: 'none', rank: 7 },
};

/** What a sentence says of it. */
const SAID: Record<Shown, string> = {
  worse: 'worse',
  better: 'better',
  changed: 'changed',
  unclear: 'no change shown',
  same: 'the same',
  untested: 'not tested',
  incomparable: 'not comparable',
};

/** One of the two runs. */
export const runText = ({ startedAt, preset, seed, gibbon }: ResultDiff['before']): string =>
  `${dateTime(startedAt)}, preset ${preset}, seed ${seed}, Gibbon ${gibbon}`;

/** What it is called in a table of many checks' figures. */
export const figureLabel = (figure: FigureChange): string => (isAccuracy(figure) ? figure.label : `${figure.check}: ${figure.label}`);

/** A figure of one side. */
export const sideText = ({ unit }: FigureChange, { value, n }: FigureChange['before']): string => inUnit(value, unit, n);

/** Such as `−1.2 points (−3.4 to 1.0)`. */
export function differenceText({ difference, unit, before, after }: FigureChange): string {
  if (!difference) return '–';
  const scale = unit === 'share' ? ('difference' as const) : unit;
  const n = before.n === null || after.n === null ? null : Math.min(before.n, after.n);
  const said = (value: number): string => inUnit(value, scale, n);
  const plus = difference.value > 0 ? '+' : '';
  if (difference.low === null || difference.high === null) return `${plus}${said(difference.value)}`;
  const bare = (value: number): string => said(value).replace(/ [^\d]+$/, '');
  return `${plus}${said(difference.value)} (${bare(difference.low)} to ${bare(difference.high)})`;
}

/** How it changed, from pass to fail and the like. */
export function statusText({ before, after, against }: CheckChange): string {
  const word = (status: CheckChange['before']): string => (status === null ? 'not run' : STATUSES[status].word.toLowerCase());
  return `${word(before)} → ${word(after)}${against === null ? '' : ', not comparable'}`;
}

export const changedChecks = ({ checks }: ModelDiff): CheckChange[] => checks.filter(({ before, after }) => before !== after);

/** Findings whose fate is worth a line, worst first, and how many others are in both. */
export function changedFindings({ findings }: ModelDiff): { changed: FindingChange[]; kept: number } {
  const changed = findings.filter(({ fate }) => fate !== 'kept').sort((a, b) => FATES[a.fate].rank - FATES[b.fate].rank);
  return { changed, kept: findings.length - changed.length };
}

/** Its severity, or how that changed. */
export const severityText = ({ before, after }: FindingChange): string =>
  before !== null && after !== null && before !== after ? `${before} → ${after}` : (after ?? before ?? '');

/** Among which examples some flipped. */
export const comparedText = ({ accuracy, n }: Flips): string =>
  `${plural(n, 'example')} ${accuracy === 'cleanAccuracy' ? 'without attack' : 'under attack'}`;

/** Became worse, better, or something that is neither. */
export function statusTone({ before, after, against }: CheckChange): Tone {
  const rank = (status: CheckChange['before']): number => ({ fail: 3, error: 3, warn: 2, pass: 0 })[status as 'fail'] ?? 1;
  if (against !== null || after === null || after === 'not-applicable' || after === 'undecided') return 'mute';
  return rank(after) > rank(before) ? 'bad' : rank(after) < rank(before) ? 'good' : 'none';
}

/** A comparison is first of all about these. */
const isAccuracy = ({ check, name }: FigureChange): boolean =>
  check === 'evasion' && (name === 'cleanAccuracy' || name === 'robustAccuracy');

interface ShownFigures {
  readonly main: readonly FigureChange[];
  readonly moved: readonly FigureChange[];
  /** What is said of all others, if there are any. */
  readonly rest: string | undefined;
}

/** Figures worth a line: the accuracies always, others where they moved, or cannot be compared for a reason of their own. Counts of work are no figures of the model. */
export function shownFigures({ figures, notes }: ModelDiff): ShownFigures {
  const main = figures.filter(isAccuracy);
  const rest = figures.filter((figure) => !isAccuracy(figure));
  const moved = rest.filter(
    ({ shown, better, method }) =>
      ['worse', 'better', 'changed'].includes(shown) ||
      (shown === 'untested' && better !== null) ||
      (shown === 'incomparable' && !notes.some((note) => note.includes(method))),
  );
  const left = rest.filter((figure) => !moved.includes(figure));
  const order: Record<Shown, number> = { worse: 0, changed: 1, better: 2, untested: 3, unclear: 4, same: 5, incomparable: 6 };
  return { main, moved: moved.sort((a, b) => order[a.shown] - order[b.shown]), rest: restText(left) };
}

function restText(figures: readonly FigureChange[]): string | undefined {
  const others = figures.filter(({ shown }) => shown === 'incomparable').length;
  const still = figures.length - others;
  const parts = [
    ...(still > 0 ? [`${plural(still, 'more figure')}: no change shown`] : []),
    ...(others > 0 ? [`${plural(others, 'more figure')}: not comparable`] : []),
  ];
  return parts.length === 0 ? undefined : `${parts.join('. ')}.`;
}

/** The verdict of the comparison in one sentence, about robust and clean accuracy. */
export function diffHeadline({ before, after, figures, notes }: ModelDiff): { tone: Tone; text: string } {
  if (!before) return { tone: 'info', text: `${after?.name ?? ''} is new: there is nothing to compare it with.` };
  if (!after) return { tone: 'info', text: `${before.name} is gone.` };
  const name = before.name === after.name ? after.name : `${before.name} → ${after.name}`;
  const main = figures.filter(isAccuracy);
  const said = main.map(
    (figure) =>
      `${figure.label.toLowerCase()} ${sideText(figure, figure.before)} → ${sideText(figure, figure.after)}, ${SAID[figure.shown]}`,
  );
  const worst = (['worse', 'better'] as const).find((shown) => main.some((figure) => figure.shown === shown));
  const tone = notes.some((note) => note.includes('not comparable'))
    ? ('mute' as const)
    : worst === undefined
      ? ('none' as const)
      : SHOWN[worst].tone;
  const same = before.sha256 === after.sha256 ? ' The model file is the same.' : '';
  return { tone, text: `${name}: ${said.join('; ') || 'no accuracy in both runs'}.${same}` };
}

/** How a figure was tested, e.g. `exact McNemar test, 500 pairs, p = 0.002`. */
export function testText({ method, pValue, pairs }: FigureChange): string {
  const parts = [method, ...(pairs === null ? [] : [`${pairs} pairs`]), ...(pValue === null ? [] : [pText(pValue)])];
  return parts.join(', ');
}

/** Among many comparisons at 95 % some look changed by chance. */
export function chanceText({ figures }: ModelDiff): string | undefined {
  const tested = figures.filter(({ difference }) => difference?.low != null).length;
  if (tested < 10) return undefined;
  return `${tested} figures were compared at 95 % each: about ${Math.round(0.05 * tested)} of them would look changed by chance.`;
}
