/** Is one group easier to attack than another: the worst case of each example over all attacks, by group, beside the accuracy without attack. */
import * as z from 'zod';
import { type Partition, partitions } from '../../../fairness/partition.ts';
import type { Detail } from '../../details.ts';
import { type Cited, citing } from '../../groups/cited.ts';
import {
  type Comparison,
  cannotTell,
  compare,
  isBeyond,
  type MeasuredGroups,
  SEVERITY_OF,
  undecidedBy,
  worstOf,
} from '../../groups/compare.ts';
import { citedNames, gapNames } from '../../groups/figure-names.ts';
import { tooSmall, unresolved } from '../../groups/findings.ts';
import { gapMetrics, metricOf } from '../../groups/metrics.ts';
import {
  type Attacked,
  fallsAt,
  fatesOf,
  groupCurve,
  measuredUnderAttack,
  ROBUSTNESS_NAMES,
  ROBUSTNESS_RULES,
  SUCCESS,
} from '../../groups/robustness.ts';
import { type Column, figureTable, gapTable, groupTable, worstFirst } from '../../groups/tables.ts';
import { figure } from '../../metric.ts';
import type { ModelResult } from '../../result.ts';
import { defineCheck, type FindingDraft, type Outcome } from '../check.ts';

const params = z.object({
  minimum: z.int().min(2).default(20).describe('a figure that rests on fewer examples is not given'),
  depth: z.int().min(1).max(3).default(1).describe('so many attributes are crossed at most: 2 compares sex × race'),
});

const COLUMNS: readonly Column[] = Object.entries(ROBUSTNESS_NAMES).map(([name, { label }]) => ({ figure: name, name: label }));

export const groupRobustness = defineCheck({
  id: 'group-robustness',
  category: 'fairness',
  title: 'No group is clearly easier to attack than another',
  failureTitle: 'Some groups are clearly easier to attack than others',
  why: 'Protection that holds on average may fail the very people whom an attacker picks, and accuracy without attack does not show it.',
  tags: ['NIST:NISTAML.022', 'EU-AI-ACT:10(2)(f)', 'EU-AI-ACT:15(5)', 'ISO:24027'],
  figures: [...gapNames(ROBUSTNESS_RULES), 'epsilon', ...citedNames(ROBUSTNESS_NAMES)],
  needs: ['groups'],
  attackers: { goals: ['integrity', 'fairness'], access: ['scene', 'sensor', 'input', 'api'] },
  attacks: () => true,
  params,
  run: async ({ artifacts, prepared, params: { minimum, depth } }) => {
    const { result } = await artifacts.evasion();
    const { summary, samples } = result;
    if (summary.robustAccuracy.n === 0) return { notApplicable: 'No attack was run.' };
    const cut = partitions(
      prepared.groups ?? [],
      samples.map(({ index }) => index),
      depth,
    );
    const attacked: Attacked = { fates: fatesOf(samples, result.threat.norm), epsilon: comparedAt(result), minimum };
    const groups = cut.map((one) => measuredUnderAttack(attacked, one));
    const comparison = compare(groups, ROBUSTNESS_RULES);
    if (!comparison.all.some(({ rule, gap }) => rule.isJudged && gap)) {
      return {
        notApplicable: `No attribute has two groups of at least ${minimum} examples that the model classifies correctly. Attack more of them: --n.`,
      };
    }
    return concluded(result, { cut, groups, attacked, comparison });
  },
});

/** Share of the correct examples from which on all groups look alike. */
const SATURATED = 0.95;

/** The audited epsilon or, where nearly everything falls there, the largest one of the curve at which there still is something to compare. */
function comparedAt({ samples, threat, curve }: ModelResult): number {
  const fates = [...fatesOf(samples, threat.norm).values()];
  const right = fates.filter(({ isRight }) => isRight).length;
  const open = (epsilon: number): boolean => fates.filter((fate) => fallsAt(fate, epsilon)).length < SATURATED * right;
  const smaller = curve.map(({ epsilon }) => epsilon).filter((epsilon) => epsilon > 0 && epsilon < threat.epsilon);
  return [threat.epsilon, ...smaller.sort((a, b) => b - a)].find(open) ?? threat.epsilon;
}

interface Found {
  readonly cut: readonly Partition[];
  readonly groups: readonly MeasuredGroups[];
  readonly attacked: Attacked;
  readonly comparison: Comparison;
}

function concluded(result: ModelResult, { cut, groups, attacked, comparison }: Found): Outcome {
  const { summary, threat } = result;
  const cite = citing(ROBUSTNESS_NAMES);
  const easier = easierToAttack(comparison, cite);
  const open = comparison.all.find(cannotTell);
  const isUndecided = easier.length === 0 && (open !== undefined || summary.verdict === 'undecided');
  const reason = open ? undecidedBy(open) : summary.headline;
  const epsilons = [0, ...result.curve.map(({ epsilon }) => epsilon), threat.epsilon].filter(
    (one, i, all) => one <= threat.epsilon && all.indexOf(one) === i,
  );
  return {
    findings: [...easier, ...saturated(attacked.epsilon, result), ...unresolved(comparison), ...tooSmall(groups, attacked.minimum)],
    metrics: {
      ...gapMetrics(comparison),
      epsilon: figure(attacked.epsilon, {
        label: 'Epsilon that groups are compared at',
        better: null,
        unit: 'epsilon',
        method: 'as audited, or the largest of the curve at which not nearly everything falls',
      }),
      ...cite.metrics,
    },
    details: detailsOf(
      { cut, groups, attacked, comparison },
      epsilons.sort((a, b) => a - b),
      threat.norm,
    ),
    ...(isUndecided && { undecided: reason }),
  };
}

function detailsOf(
  { cut, groups, attacked, comparison }: Found,
  epsilons: readonly number[],
  norm: ModelResult['threat']['norm'],
): Detail[] {
  return [
    ...groups.map((of) => groupTable(of, COLUMNS, worstFirst(of, { figure: SUCCESS, worst: 'high' }))),
    ...cut.flatMap((partition) => groupCurve(partition, attacked, { epsilons, norm }) ?? []),
    gapTable(comparison),
    figureTable(groups, COLUMNS),
  ];
}

function easierToAttack({ all }: Comparison, cite: Cited): FindingDraft[] {
  const judged = all.filter(({ rule }) => rule.isJudged);
  const worst = worstOf(judged.filter(isBeyond));
  if (!worst?.gap) return [];
  const { of } = worst;
  const { lower, higher } = worst.gap.surest;
  const also = judged.filter((one) => one !== worst && isBeyond(one));
  const rest =
    also.length > 0 ? ` Also beyond the limit: ${also.map((one) => `by ${one.of.attribute} {${metricOf(one)}~}`).join('; ')}.` : '';
  return [
    {
      id: 'easier-to-attack',
      severity: SEVERITY_OF[worst.level],
      title: `${higher} is easier to attack than ${lower}`,
      text: `Of the examples that it classifies correctly, attacks within epsilon {epsilon} turn ${cite(of, higher, SUCCESS)} for ${higher}, and ${cite(of, lower, SUCCESS)} for ${lower}. The largest difference by ${of.attribute} is {${metricOf(worst)}~}; up to 10 points count as fair. Under attack it is still right about ${cite(of, higher, 'robustAccuracy')} of ${higher} (without attack ${cite(of, higher, 'cleanAccuracy')}), and about ${cite(of, lower, 'robustAccuracy')} of ${lower} (${cite(of, lower, 'cleanAccuracy')}).${rest}`,
      remedies: [
        'Train on adversarial examples with more weight or a larger margin for the group that falls more often (arXiv:2010.06121), then audit again.',
        'Collect more training examples of that group: a decision boundary that is close to it is often one that was learned from few.',
        'Set the threshold at which a person looks again by the worst group, not by the average.',
      ],
      reference: 'Nanda et al., "Fairness through robustness", arXiv:2006.12621; Xu et al., "To be robust or to be fair", arXiv:2010.06121',
    },
  ];
}

function saturated(epsilon: number, { threat, curve }: ModelResult): FindingDraft[] {
  if (epsilon < threat.epsilon) {
    return [
      {
        id: 'smaller-epsilon',
        severity: 'info',
        title: 'Groups were compared at a smaller epsilon',
        text: `At epsilon ${threat.epsilonText} nearly every correct example falls, whatever its group. The comparison is made at epsilon {epsilon}, the largest one of the curve at which something is left.`,
        meaning: 'It says where groups are compared; at the audited epsilon all of them are unprotected.',
        remedies: [],
      },
    ];
  }
  const last = curve.find((point) => point.epsilon === threat.epsilon) ?? undefined;
  if (!last || last.robustAccuracy.value > 0) return [];
  return [
    {
      id: 'nothing-left',
      severity: 'info',
      title: 'Nothing is left to compare',
      text: `At epsilon ${threat.epsilonText}, and at every smaller one that was tried, nearly every correct example falls: groups look alike because all are broken.`,
      meaning: 'No group is protected, so none is protected less than another.',
      remedies: ['Audit with a smaller --epsilon.'],
    },
  ];
}
