/** From gaps between groups to findings: who gets what, how sure that is, which metrics contradict each other, and what to do. */
import { moverRatio } from '../../stats/mover.ts';
import type { FindingDraft } from '../checks/check.ts';
import type { Cited } from './cited.ts';
import { type Compared, type Comparison, isBeyond, type MeasuredGroups, SEVERITY_OF, worseFirst, worstOf } from './compare.ts';
import { metricOf } from './metrics.ts';

export interface Telling {
  readonly comparison: Comparison;
  readonly cite: Cited;
  /** The favourable class, in quotes; undefined where there is none. */
  readonly favourable: string | undefined;
  /** Did the user say which class is favourable? */
  readonly isGiven: boolean;
}

interface Words {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly remedies: readonly string[];
  readonly reference: string;
}

const PROXIES =
  'Look for inputs that stand in for the group (family status, postcode, first names), and ask whether the decision may rest on them.';
const REWEIGH =
  'Train with weights under which group and label are independent, n(group)·n(label) / (n·n(group, label)) for each example (Kamiran & Calders 2012), and audit again.';
const THRESHOLDS =
  'Choose the threshold for each group on held-out data so that the rates agree (Hardt et al., arXiv:1610.02413); whether the group may be used in the decision is a question of law.';
const COLLECT = 'Collect more training examples of the group that fares worst, and check how its labels came about.';

type Pair = readonly [lower: string, higher: string];
type Wording = (told: Telling, compared: Compared, pair: Pair) => Words;

const gapOf = (compared: Compared): string => `{${metricOf(compared)}~}`;

const selection: Wording = ({ cite, favourable }, compared, [lower, higher]) => ({
  id: 'disparate-impact',
  title: `${lower} is decided ${favourable} less than four fifths as often as ${higher}`,
  text: `${lower} is decided ${favourable} in ${cite(compared.of, lower, 'selectionRate')} of the cases, ${higher} in ${cite(compared.of, higher, 'selectionRate')}. The least ratio by ${compared.of.attribute} is ${gapOf(compared)}; the four-fifths rule (29 CFR 1607.4(D)) asks for 0.8. By right answers the shares are ${cite(compared.of, lower, 'baseRate')} and ${cite(compared.of, higher, 'baseRate')}: decisions without any error would show these.`,
  remedies: [PROXIES, REWEIGH, THRESHOLDS],
  reference: '29 CFR 1607.4(D); Feldman et al., arXiv:1412.3756',
});

const errors =
  (id: string, figure: string, whose: string): Wording =>
  ({ cite, favourable }, compared, [lower, higher]) => ({
    id,
    title: `Of those whose right answer ${whose} ${favourable}, ${higher} is decided so more often than ${lower}`,
    text: `Of the examples whose right answer ${whose} ${favourable}, the model decides ${favourable} for ${lower} in ${cite(compared.of, lower, figure)}, for ${higher} in ${cite(compared.of, higher, figure)}. The largest difference by ${compared.of.attribute} is ${gapOf(compared)}; up to 10 points count as fair.`,
    remedies: [THRESHOLDS, COLLECT, PROXIES],
    reference: 'Hardt et al., arXiv:1610.02413',
  });

const accuracy: Wording = ({ cite }, compared, [lower, higher]) => ({
  id: 'accuracy-gap',
  title: `It is less often right about ${lower} than about ${higher}`,
  text: `It is right about ${lower} in ${cite(compared.of, lower, 'accuracy')}, about ${higher} in ${cite(compared.of, higher, 'accuracy')}. The largest difference by ${compared.of.attribute} is ${gapOf(compared)}; up to 10 points count as fair.`,
  remedies: [COLLECT, 'Report accuracy by group to whoever uses the model, and leave doubtful cases of the worst group to a person.'],
  reference: 'Buolamwini & Gebru, "Gender Shades", FAT* 2018',
});

const calibration: Wording = ({ cite }, compared, [lower, higher]) => ({
  id: 'calibration-gap',
  title: `Its probabilities mean something else for ${lower} than for ${higher}`,
  text: `On average its probabilities exceed what happens by ${cite(compared.of, lower, 'calibration')} for ${lower} and by ${cite(compared.of, higher, 'calibration')} for ${higher}. The largest difference by ${compared.of.attribute} is ${gapOf(compared)}; up to 10 points count as fair.`,
  remedies: ['Calibrate the probabilities on held-out data of each group (arXiv:1706.04599), or do not show them to whoever decides.'],
  reference: 'Pleiss et al., "On fairness and calibration", arXiv:1709.02012',
});

const recall: Wording = ({ cite }, compared, [lower, higher]) => ({
  id: 'recall-gap',
  title: `It misses a class more often for ${lower} than for ${higher}`,
  text: `${compared.rule.label.replace(/^Recall difference, /, '')} is recognised for ${lower} in ${cite(compared.of, lower, compared.rule.figure)}, for ${higher} in ${cite(compared.of, higher, compared.rule.figure)}. The largest difference by ${compared.of.attribute} is ${gapOf(compared)}; up to 10 points count as fair.`,
  remedies: [COLLECT],
  reference: 'Buolamwini & Gebru, "Gender Shades", FAT* 2018',
});

const WORDINGS: Readonly<Record<string, Wording>> = {
  accuracy,
  selectionRate: selection,
  truePositiveRate: errors('equal-opportunity', 'truePositiveRate', 'is'),
  falsePositiveRate: errors('false-positives', 'falsePositiveRate', 'is not'),
  calibration,
};

/** One finding for each figure whose gap is beyond what is fair: of the attribute where that is surest, the others named with it. */
export function unfair(told: Telling): FindingDraft[] {
  const judged = told.comparison.all.filter(({ rule }) => rule.isJudged);
  const kinds = new Map<Wording, Compared[]>();
  for (const one of judged) {
    const wording = WORDINGS[one.rule.figure] ?? recall;
    kinds.set(wording, [...(kinds.get(wording) ?? []), one]);
  }
  return [...kinds].flatMap(([wording, own]): FindingDraft[] => {
    const all = own.filter(isBeyond).sort((a, b) => rankOf(a, told) - rankOf(b, told) || worseFirst(a, b));
    const [worst, ...also] = all;
    if (!worst?.gap) return [];
    const words = wording(told, worst, [worst.gap.surest.lower, worst.gap.surest.higher]);
    const rest = also.length > 0 ? ` Also beyond the limit: ${also.map((one) => `by ${one.of.attribute} ${gapOf(one)}`).join('; ')}.` : '';
    return [
      { ...words, severity: severityOf(worst, told), text: `${words.text}${rest}${assumed(worst, told)}`, remedies: [...words.remedies] },
    ];
  });
}

const RANKS: readonly FindingDraft['severity'][] = ['high', 'medium', 'info'];
const rankOf = (compared: Compared, told: Telling): number => RANKS.indexOf(severityOf(compared, told));

/**
 * The four-fifths rule knows one degree. What the right answers show, too, is not the model's doing alone; and where nobody has said which
 * class is the favourable one, the rule may not apply.
 */
function severityOf(compared: Compared, { isGiven }: Telling): FindingDraft['severity'] {
  const { rule, level, of, gap } = compared;
  if (rule.compare !== 'ratio' || !gap) return SEVERITY_OF[level];
  const base = (group: string) => of.groups.find(({ name }) => name === group)?.figures.baseRate?.limits(0.95);
  const [lower, higher] = [base(gap.surest.lower), base(gap.surest.higher)];
  // Intervals that do not touch: what is the model's own doing must not rest on chance either.
  const widens = lower !== undefined && higher !== undefined && gap.high < (moverRatio(lower, higher)?.low ?? 0);
  return isGiven && widens ? 'high' : isGiven || widens ? 'medium' : 'info';
}

function assumed({ rule }: Compared, { isGiven, favourable }: Telling): string {
  if (isGiven || rule.compare !== 'ratio') return '';
  return ` That ${favourable} is what people want is an assumption (it is the last class): --set group-performance.favourable=CLASS says which one is.`;
}

/** Which metrics cannot all be fair, where the data's own right answers differ by group. */
export function baseRates({ comparison, cite, favourable }: Telling): FindingDraft[] {
  const worst = worstOf(comparison.all.filter(({ rule, gap, of }) => rule.figure === 'baseRate' && of.depth === 1 && (gap?.low ?? 0) > 0));
  if (!worst?.gap || favourable === undefined) return [];
  const { lower, higher } = worst.gap.surest;
  return [
    {
      id: 'base-rates',
      severity: 'info',
      title: 'Base rates differ, so not every metric can be fair at once',
      text: `The right answer is ${favourable} in ${cite(worst.of, lower, 'baseRate')} of the cases of ${lower}, and in ${cite(worst.of, higher, 'baseRate')} of ${higher}. Then equal selection rates contradict decisions without error, and as long as there are errors, equal error rates (equalized odds), equal precision (predictive parity) and calibration cannot all hold (arXiv:1609.05807, arXiv:1610.07524). Which of them matters follows from the use: who is harmed by which error.`,
      meaning: 'It is about the data, not a harm by the model: the groups differ in what is right for them.',
      remedies: ['Decide which metric the use asks for before comparing models by it, and write down why.'],
      reference: 'Kleinberg et al., arXiv:1609.05807; Chouldechova, arXiv:1610.07524',
    },
  ];
}

const LISTED = 6;
const listed = (names: readonly string[]): string =>
  `${names.slice(0, LISTED).join(', ')}${names.length > LISTED ? ` and ${names.length - LISTED} more` : ''}`;

/** Gaps that are beyond the limit as seen, and may be chance. */
export function unresolved({ all, pairs }: Comparison): FindingDraft[] {
  const open = all.filter(({ rule, level }) => rule.isJudged && level === 'unresolved');
  if (open.length === 0) return [];
  const named = open.map(({ rule, of, gap }) => `${rule.label} by ${of.attribute} (${gap?.widest.lower}, ${gap?.widest.higher})`);
  return [
    {
      id: 'unresolved',
      severity: 'info',
      title: 'Some gaps are large as seen, and may be chance',
      text: `Beyond the limit as seen, but not when intervals count all ${pairs} comparisons: ${listed(named)}.`,
      meaning: 'Nothing is shown: a gap of this size would matter, and this audit cannot tell whether there is one.',
      remedies: ['Audit more examples of these groups, or fewer attributes: each comparison more widens every interval.'],
    },
  ];
}

/** Groups too small for any figure. */
export function tooSmall(partitions: readonly MeasuredGroups[], minimum: number): FindingDraft[] {
  const small = partitions.flatMap(({ attribute, groups }) =>
    groups.filter(({ n }) => n < minimum).map(({ name, n }) => `${name} (${attribute}, n = ${n})`),
  );
  if (small.length === 0) return [];
  return [
    {
      id: 'small-groups',
      severity: 'info',
      title: `${small.length} ${small.length === 1 ? 'group has' : 'groups have'} too few examples for any figure`,
      text: `Fewer than ${minimum} examples: ${listed(small)}. Nothing is said about them; that is no sign that they are treated fairly.`,
      meaning: 'Whoever is in these groups is not covered by this audit.',
      remedies: ['Audit more examples of them (--n, or a larger data set).'],
    },
  ];
}
