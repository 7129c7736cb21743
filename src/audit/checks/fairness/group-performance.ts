/** Do decisions treat groups alike: selection, errors, precision and calibration by group and by intersections, with intervals that count all comparisons. */
import * as z from 'zod';
import { GibbonError } from '../../../base/errors.ts';
import type { Outcomes } from '../../../fairness/outcomes.ts';
import { type Partition, partitions } from '../../../fairness/partition.ts';
import { type Answer, answersOf } from '../../groups/answers.ts';
import { citing } from '../../groups/cited.ts';
import { type Comparison, cannotTell, compare, type MeasuredGroups, undecidedBy } from '../../groups/compare.ts';
import { equalizedOdds } from '../../groups/equalized.ts';
import { PERFORMANCE_FIGURES } from '../../groups/figure-names.ts';
import { baseRates, type Telling, tooSmall, unfair, unresolved } from '../../groups/findings.ts';
import { indices } from '../../groups/indices.ts';
import { type Measuring, measured, outcomes, rulesFor } from '../../groups/measure.ts';
import { gapMetrics, told } from '../../groups/metrics.ts';
import { assertReference, baselineOf, columnsFor, detailsOf, NAMES, worstAccuracy } from '../../groups/performance.ts';
import { type CheckContext, defineCheck, type Outcome } from '../check.ts';
import type { CheckFacts } from '../facts.ts';

const params = z.object({
  favourable: z
    .union([z.string(), z.number()])
    .optional()
    .describe('the class that people want, by name or position; of two classes the last one, of more none'),
  reference: z.string().optional().describe('the group that others are compared with in tables; the largest one'),
  minimum: z.int().min(2).default(20).describe('a figure that rests on fewer examples is not given'),
  depth: z.int().min(1).max(3).default(2).describe('so many attributes are crossed at most: 2 compares sex × race'),
  examples: z.int().min(2).optional().describe('examples to ask about; as many as the preset has room for'),
  draws: z.int().min(100).default(2000).describe('draws of the bootstrap'),
});
type Params = z.infer<typeof params>;

export const groupPerformance = defineCheck({
  id: 'group-performance',
  category: 'fairness',
  title: 'No group fares clearly worse than another',
  failureTitle: 'Some groups fare clearly worse than others',
  why: 'A model that is right on the whole can be wrong for some, and nobody sees it in the average.',
  tags: ['EU-AI-ACT:10(2)(f)', 'EU-AI-ACT:15(1)', 'ISO:24027'],
  figures: PERFORMANCE_FIGURES,
  needs: ['groups'],
  params,
  run: async (context) => {
    const { prepared, params: given } = context;
    const answers = await answersOf(context, given.examples);
    const cut = partitions(
      prepared.groups ?? [],
      answers.map(({ index }) => index),
      given.depth,
    );
    const measuring = measuringOf(context, given, answers);
    const groups = cut.map((one) => measured(measuring, one));
    assertReference(groups, given.reference);
    const comparison = compare(groups, rulesFor(measuring, classNames(context)));
    if (comparison.all.every(({ gap }) => !gap)) return { notApplicable: tooFew(given) };
    return concluded(context, { given, measuring, groups, comparison, strata: strataOf(measuring, cut) });
  },
});

const tooFew = ({ minimum }: Params): string =>
  `No attribute has two groups of at least ${minimum} examples each. Audit more examples, or lower group-performance.minimum.`;

const classNames =
  ({ prepared }: Pick<CheckFacts, 'prepared'>) =>
  (label: number): string =>
    `"${prepared.data.classNames?.[label] ?? label}"`;

function measuringOf({ prepared }: CheckFacts, { favourable, minimum }: Params, answers: readonly Answer[]): Measuring {
  return {
    answers: new Map(answers.map((answer) => [answer.index, answer])),
    classes: prepared.data.classes,
    favourable: favourableOf(prepared.data, favourable),
    minimum,
    hasProbabilities: answers.some(({ confidence }) => confidence !== null && confidence !== 1),
  };
}

/** @throws GibbonError E_USAGE where there is no such class */
function favourableOf({ classes, classNames: names }: CheckFacts['prepared']['data'], wanted: Params['favourable']): number | undefined {
  if (wanted === undefined) return classes === 2 ? 1 : undefined;
  const text = String(wanted);
  // Signs count in names: Adult's classes are <=50K and >50K.
  const same = names?.findIndex((name) => name.toLowerCase() === text.toLowerCase()) ?? -1;
  const exact = names?.indexOf(text) ?? -1;
  const label = exact >= 0 ? exact : same >= 0 ? same : Number(text);
  if (Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new GibbonError(
    'E_USAGE',
    `there is no class ${text}; there are ${names?.slice(0, 12).join(', ') ?? `${classes}, by position from 0`}`,
    {
      hint: 'Name the class that people want to be put in: --set group-performance.favourable=NAME.',
    },
  );
}

/** The outcomes of the groups at the deepest crossing. */
function strataOf({ answers, favourable }: Measuring, cut: readonly Partition[]): Outcomes[] {
  if (favourable === undefined) return [];
  return (cut.at(-1)?.groups ?? []).map(({ members }) =>
    outcomes(
      members.map((index) => answers.get(index) as Answer),
      favourable,
    ),
  );
}

/** Gaps that are metrics for each attribute, too. */
const MAIN = ['accuracyGap', 'disparateImpact', 'equalizedOddsDifference', 'recallDifference'];

interface Found {
  readonly given: Params;
  readonly measuring: Measuring;
  readonly groups: readonly MeasuredGroups[];
  readonly comparison: Comparison;
  readonly strata: readonly Outcomes[];
}

function concluded(context: CheckContext<Params>, { given, measuring, groups, comparison, strata }: Found): Outcome {
  const className = classNames(context);
  const columns = columnsFor(measuring, className);
  const recalls = Object.fromEntries(columns.map(({ figure, name }) => [figure, { label: name, better: 'higher' as const }]));
  const cite = citing({ ...recalls, ...NAMES });
  const { favourable } = measuring;
  const telling: Telling = {
    comparison,
    cite,
    favourable: favourable === undefined ? undefined : className(favourable),
    isGiven: given.favourable !== undefined,
  };
  const worst = unfair(telling);
  const isUnfair = worst.some(({ severity }) => severity !== 'info');
  const open = isUnfair ? undefined : comparison.all.find(cannotTell);
  const findings = [...worst, ...baseRates(telling), ...unresolved(comparison), ...tooSmall(groups, given.minimum)];
  const gaps = gapMetrics(comparison, baselineOf);
  return {
    findings,
    metrics: {
      // With nothing found, the worst group's accuracy is the figure to look at.
      ...(!isUnfair && worstAccuracy(groups)),
      ...told({ ...gaps, ...equalizedOdds(gaps) }, findings, MAIN),
      ...worstAccuracy(groups),
      ...(favourable !== undefined && indices(strata, given.minimum, { draws: given.draws, seed: context.options.seed })),
      ...cite.metrics,
    },
    details: detailsOf(groups, comparison, { columns, reference: given.reference }),
    ...(open && { undecided: undecidedBy(open) }),
  };
}
