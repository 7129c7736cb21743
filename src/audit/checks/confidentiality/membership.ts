/** Do the model's answers tell whether an example was in its training data? Attacks with one global threshold on the untouched model (Yeom et al., arXiv:1709.01604; Carlini et al., arXiv:2112.03570). */
import * as z from 'zod';
import { type AttackFigures, attackBy, byClass, FPRS, type Fpr, type Gap, gapAttack } from '../../../privacy/membership.ts';
import { SIGNAL_NAMES, SIGNALS, type Signal } from '../../../privacy/signals.ts';
import { negativesFor } from '../../../stats/tpr-at-fpr.ts';
import { type MembershipData, membershipData } from '../../membership-data.ts';
import { classTable, rocCurve, scoreHistogram, signalTable } from '../../membership-details.ts';
import { membershipFindings, undecidedBecause } from '../../membership-findings.ts';
import { figure, type Metric, share } from '../../metric.ts';
import { defineCheck } from '../check.ts';

export const membership = defineCheck({
  id: 'membership',
  category: 'confidentiality',
  title: 'Its answers hardly tell training examples from others',
  failureTitle: 'Its answers tell training examples from others',
  why: 'Whoever has a record and may ask the model learns whether the record was in the training data: for patients, debtors or users that alone can be the secret.',
  tags: ['NIST:NISTAML.033', 'ATLAS:AML.T0024.000', 'OWASP-ML:ML04', 'EU-AI-ACT:15(5)'],
  figures: [
    'auc',
    ...FPRS.map((fpr) => `tpr@fpr=${fpr}`),
    'advantage',
    'largestAdvantage',
    'gap',
    'memberAccuracy',
    'nonMemberAccuracy',
    'blindAuc',
    'overlap',
  ],
  needs: ['members'],
  attackers: { goals: ['confidentiality'], access: ['input', 'api', 'model-file'], knowledge: 'labels' },
  params: z.object({
    signal: z.enum(SIGNALS).default('logit').describe('what the attacker reads from an answer; every signal is in the table'),
    n: z.int().min(2).optional().describe('members, and as many non-members; by preset and size of the input when absent'),
    blind: z
      .boolean()
      .default(true)
      .describe('also train a classifier that never asks the model, to see whether the two sets differ anyway'),
  }),
  run: async (context) => {
    const { params, prepared, options } = context;
    const data = await membershipData(context);
    if (data.others.length === 0)
      return { undecided: 'Every non-member that was drawn stands among the members, too: nothing is left to compare.' };
    if (Math.min(data.members.length, data.others.length) < 2) return { undecided: 'It takes at least two members and two non-members.' };
    const figures = new Map(SIGNALS.map((signal): [Signal, AttackFigures] => [signal, attackBy(signal, data, options.seed)]));
    const chosen = figures.get(params.signal) as AttackFigures;
    const gap = gapAttack(data);
    const metrics = metricsOf(chosen, gap, data);
    const classes = byClass(params.signal, data);
    const name = data.onlyLabels ? 'Is the answer right?' : SIGNAL_NAMES[params.signal].replace(/ \(.*/, '');
    const scores = (all: MembershipData['members']): number[] => all.map(({ signals }) => signals[params.signal]);
    const undecided = undecidedBecause(chosen, data);
    return {
      metrics,
      findings: membershipFindings({ chosen, gap, data, classes, names: prepared.data.classNames, isDecided: undecided === undefined }),
      details: [
        rocCurve(name, chosen, gap),
        signalTable(data.onlyLabels ? new Map() : figures, gap),
        ...(data.onlyLabels ? [] : [scoreHistogram(name, scores(data.members), scores(data.others))]),
        ...classTable(classes, prepared.data.classNames),
      ],
      ...(undecided !== undefined && { undecided }),
    };
  },
});

function metricsOf(chosen: AttackFigures, gap: Gap, { members, others, blind, ...data }: MembershipData): Record<string, Metric> {
  const n = members.length + others.length;
  const { value, low, high, method } = chosen.auc;
  const difference = { better: 'lower', unit: 'difference', n } as const;
  return {
    auc: figure(value, { label: 'AUC of membership', better: 'lower', baseline: gap.auc, unit: 'number', n, low, high, method }),
    ...Object.fromEntries(FPRS.map((fpr) => [`tpr@fpr=${fpr}`, tprMetric(fpr, chosen, gap, members.length, others.length)])),
    advantage: figure(chosen.advantage.value, {
      ...difference,
      label: 'Membership advantage',
      baseline: gap.gap.value,
      ...{ low: chosen.advantage.low, high: chosen.advantage.high },
      method: 'TPR − FPR; the threshold is chosen on one half and judged on the other, both ways; Newcombe, method 10',
    }),
    largestAdvantage: figure(chosen.largest, {
      ...difference,
      label: 'Largest TPR − FPR on the sample',
      baseline: Math.max(0, gap.gap.value),
      method: 'maximum over thresholds on the same examples: too large in expectation',
    }),
    gap: figure(gap.gap.value, {
      ...difference,
      label: 'Accuracy on members less that on others (gap attack)',
      ...{ low: gap.gap.low, high: gap.gap.high },
      method: 'Newcombe, method 10',
    }),
    memberAccuracy: share(gap.members, { label: 'Accuracy on members', better: null }),
    nonMemberAccuracy: share(gap.others, { label: 'Accuracy on non-members', better: 'higher', baseline: gap.members.value }),
    ...(blind && { blindAuc: blindMetric(blind) }),
    overlap: figure(data.overlap, {
      label: 'Non-members found among the members, and left out',
      better: 'lower',
      unit: 'count',
      n: data.drawn,
      method: `rows that become the same input as one of ${data.searched} members`,
    }),
  };
}

function tprMetric(fpr: Fpr, { tpr }: AttackFigures, gap: Gap, members: number, others: number): Metric {
  const label = `Members found at ${100 * fpr} % false accusations`;
  const common = { label, better: 'lower', baseline: gap.tprAt(fpr), unit: 'share', n: members } as const;
  const found = tpr[fpr];
  if (!found) return figure(null, { ...common, method: `not resolvable: it takes ${negativesFor(fpr)} non-members, there are ${others}` });
  const method = `threshold between order statistics of ${others} non-members, then Clopper–Pearson; joined by Bonferroni`;
  return figure(found.value, { ...common, low: found.low, high: found.high, method });
}

function blindMetric({ auc, low, high, n }: NonNullable<MembershipData['blind']>): Metric {
  return figure(auc, {
    label: 'AUC without asking the model (blind baseline)',
    better: 'lower',
    baseline: 0.5,
    unit: 'number',
    n,
    low,
    high,
    method: 'logistic regression on the inputs, fitted on one half and judged on the other, both ways; DeLong',
  });
}
