/** What the figures of membership inference mean, how sure that is, and what to do. Limits stand in docs/checks/membership.md. */
import type { AttackFigures, Gap, OfClass } from '../privacy/membership.ts';
import type { FindingDraft } from './checks/check.ts';
import type { MembershipData } from './membership-data.ts';

/** Examples of either side from which "nothing found" says something: the interval of the AUC is then about ±0.08. */
const ENOUGH = 100;

/** From here on two sets are told apart without the model by more than a trifle. */
const SHIFTED = 0.55;

interface Told {
  readonly chosen: AttackFigures;
  readonly gap: Gap;
  readonly data: MembershipData;
  readonly classes: readonly OfClass[];
  readonly names: readonly string[] | null;
  readonly isDecided: boolean;
}

/** By the pessimist's reading of the intervals: their lower ends. */
export function severityOf({ auc, advantage, tpr }: Pick<AttackFigures, 'auc' | 'advantage' | 'tpr'>): 'high' | 'medium' | 'low' | 'pass' {
  const [atOne, atTenth] = [tpr[0.01]?.low ?? 0, tpr[0.001]?.low ?? 0];
  if (atTenth >= 0.01 || atOne >= 0.1 || advantage.low >= 0.3) return 'high';
  if (atTenth >= 0.003 || atOne >= 0.03 || advantage.low >= 0.1) return 'medium';
  return auc.low > 0.5 && advantage.low >= 0.02 ? 'low' : 'pass';
}

/** Why these figures decide nothing, if they do not. */
export function undecidedBecause(chosen: AttackFigures, { members, others, blind }: MembershipData): string | undefined {
  const fewer = Math.min(members.length, others.length);
  const found = severityOf(chosen);
  if (fewer < ENOUGH && found === 'pass') return `${fewer} members or non-members are too few to tell: give at least ${ENOUGH} of each.`;
  if (found !== 'pass' && blind && blind.low > 0.5 && blind.auc >= SHIFTED && blind.high >= chosen.auc.low)
    return 'The figures are confounded: a classifier that never asks the model tells members from non-members about as well. The two sets differ for another reason than training.';
  return undefined;
}

export function membershipFindings(told: Told): FindingDraft[] {
  return [leak(told), shift(told), copies(told)].filter((finding): finding is FindingDraft => finding !== undefined);
}

const REMEDIES = [
  'Close the gap between training and test accuracy, which every such attack lives from: stop training earlier, more weight decay, dropout, augmentation or data; then audit again.',
  'Train with differential privacy (DP-SGD, arXiv:1607.00133) and state ε and δ: the only remedy with a proof.',
  'Return the label alone. That takes away the scores, not the gap attack, and costs honest users the confidence; measure it with the check output-exposure.',
  'Remove copies and near-copies from the training data: what is seen often is remembered best.',
];

function leak({ chosen, data, classes, names, isDecided }: Told): FindingDraft | undefined {
  const severity = severityOf(chosen);
  if (severity === 'pass' || !isDecided) return undefined;
  const [worst] = classes;
  const exposed =
    worst && classes.length > 1
      ? ` Most exposed class: ${names?.[worst.label] ?? worst.label} (AUC ${worst.auc.value.toFixed(2)}, ${worst.members} members).`
      : '';
  const labels = data.onlyLabels ? ' The attacker gets labels only, so that the gap attack is all there is.' : '';
  return {
    id: 'membership',
    severity,
    title: 'Its answers tell training examples from others',
    text: `One threshold on the answer for the right class tells members from non-members with an AUC of {auc~}; asking only whether the answer is right gives an advantage of {gap}. The advantage of the threshold is {advantage~}. Of the members it finds {tpr@fpr=0.01~} at 1 % false accusations.${exposed}${labels}`,
    meaning:
      'Whoever holds a record and may ask the model for scores can guess whether it was trained on. Attackers who train shadow models (LiRA, arXiv:2112.03570) find more than one global threshold does.',
    remedies: REMEDIES,
    reference: 'arXiv:2112.03570',
  };
}

function shift({ data: { blind } }: Told): FindingDraft | undefined {
  if (!blind || blind.low <= 0.5 || blind.auc < SHIFTED) return undefined;
  return {
    id: 'distribution-shift',
    severity: 'info',
    category: 'evidence',
    title: 'Members and non-members differ without any model',
    text: 'A linear classifier that sees inputs and classes, and never asks the model, tells members from non-members with an AUC of {blindAuc~}. So much of what a membership attack finds may be a difference of the two sets.',
    remedies: [
      'Draw both from one pool at random: hold back a part of the data before training, and give it as --non-members.',
      'Look for what differs: another time, source, resolution, or share of the classes.',
    ],
    reference: 'arXiv:2406.16201',
  };
}

function copies({ data: { overlap } }: Told): FindingDraft | undefined {
  if (overlap === 0) return undefined;
  return {
    id: 'overlap',
    severity: 'info',
    category: 'evidence',
    title: 'Some non-members were trained on',
    text: 'Of the non-members {overlap} stand among the members, too. They were left out here; accuracy on data that was trained on flatters the model.',
    remedies: ['Take copies out of the data that the model is tested with.'],
  };
}
