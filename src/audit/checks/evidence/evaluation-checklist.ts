/** The checklist of Carlini et al. (On Evaluating Adversarial Robustness, arXiv:1902.06705) as verdicts about this very audit. */
import type { Metric } from '../../../threat/metric.ts';
import type { DetailOf } from '../../details.ts';
import { ATTACK_ITEM_FIGURES, attackItems } from '../../evidence/attack-items.ts';
import { checklist, EVIDENCE, figuresOf, groundsOf, isBad } from '../../evidence/examine.ts';
import type { Item } from '../../evidence/item.ts';
import type { Scrutiny } from '../../evidence/scrutiny.ts';
import { SIGNAL_FIGURES, signalsOf } from '../../evidence/signals.ts';
import { STRONGER_FIGURES, strongerItems } from '../../evidence/stronger.ts';
import { figure } from '../../metric.ts';
import { defineCheck, type FindingDraft } from '../check.ts';

function withoutItems(norm: Metric): string | undefined {
  if (norm === 'edits') return 'Its items compare attacks on numbers.';
  return norm === 'l0' ? 'Its items compare attacks within a norm, and L0 is none.' : undefined;
}

export const evaluationChecklist = defineCheck({
  ...EVIDENCE,
  id: 'evaluation-checklist',
  title: 'The attacks were strong enough to be believed',
  failureTitle: 'The attacks were weaker than they should be',
  why: 'A robust accuracy is an upper bound: it says little if the attacks were weak, and most published defences fell to stronger ones.',
  tags: ['NIST:NISTAML.022', 'ATLAS:AML.T0042', 'EU-AI-ACT:15(5)', 'ISO:24029-1'],
  figures: ['itemsFailed', ...SIGNAL_FIGURES, ...ATTACK_ITEM_FIGURES, ...STRONGER_FIGURES],
  applies: ({ options }) => withoutItems(options.norm),
  run: async (context) => {
    const grounds = await groundsOf(context);
    const items = [...signalsOf(grounds), ...attackItems(grounds), ...strongerItems(grounds)];
    const bad = items.filter(isBad);
    const decided = items.filter(({ status }) => ['pass', 'fail', 'warn'].includes(status));
    const metrics = {
      itemsFailed: figure(bad.length, {
        label: 'Items that fail or warn',
        better: 'lower',
        baseline: 0,
        unit: 'count',
        n: decided.length,
        method: 'counted',
      }),
      ...figuresOf(items),
    };
    return {
      metrics,
      findings: bad.length > 0 ? [finding(bad, decided.length)] : [],
      details: [checklist('Checklist', items, metrics), ...curves(grounds.scrutiny)],
      ...(decided.length === 0 && { undecided: 'No item could be decided.' }),
    };
  },
});

/** One finding names what failed; the figures stand in the list, and signs of masked gradients are findings of gradient-masking. */
function finding(bad: readonly Item[], of: number): FindingDraft {
  const failed = bad.filter(({ status }) => status === 'fail');
  return {
    id: 'items-failed',
    severity: failed.length > 0 ? 'high' : 'low',
    title: failed.length > 0 ? 'Items of the checklist fail' : 'Items of the checklist deserve a look',
    text: `Of ${of} items that could be decided these do not hold: ${bad.map(({ name }) => `“${name}”`).join(', ')}. The list gives the figure of each.`,
    remedies: [...new Set(bad.flatMap(({ remedies = [] }) => remedies.slice(0, 1)))],
    reference: 'Carlini et al.: On evaluating adversarial robustness, arXiv:1902.06705',
  };
}

/** How the loss climbs: the middle of the examples, and the quarters around it. */
function curves({ ascent }: Scrutiny): DetailOf<'curve'>[] {
  const steps = ascent?.runs[0]?.losses.length ?? 0;
  if (!ascent || steps === 0) return [];
  const at = (step: number, part: number): number => {
    const sorted = ascent.runs.map(({ losses }) => losses[step] as number).sort((a, b) => a - b);
    return sorted[Math.round(part * (sorted.length - 1))] as number;
  };
  return [
    {
      kind: 'curve',
      title: ascent.of === 'standing' ? 'Loss along the attack, of examples that withstood' : 'Loss along the attack',
      x: { label: 'step' },
      y: { label: 'margin of the largest wrong class' },
      lines: [
        {
          name: 'median, with quartiles',
          points: Array.from({ length: steps }, (_, i) => ({ x: i, y: at(i, 0.5), low: at(i, 0.25), high: at(i, 0.75) })),
        },
        {
          name: 'decision turns',
          isBaseline: true,
          points: [
            { x: 0, y: 0 },
            { x: steps - 1, y: 0 },
          ],
        },
      ],
    },
  ];
}
