/** AutoAttack (Croce & Hein, arXiv:2003.01690), composed as its authors publish it: github.com/fra31/auto-attack, versions `standard`, `plus` and `rand`. */
import * as z from 'zod';
import type { Target } from '../../model/target.ts';
import type { Metric } from '../../threat/metric.ts';
import { defineAttack } from '../attack.ts';
import { inTurn, type Member, mostOfAll } from '../in-turn.ts';
import { apgd } from './apgd.ts';
import { apgdTargeted } from './apgd-targeted.ts';
import { cube } from './cube.ts';
import { fab } from './fab.ts';
import { fabTargeted } from './fab-targeted.ts';
import { square } from './square.ts';

const params = z.object({
  variant: z
    .enum(['standard', 'plus', 'rand'])
    .default('standard')
    .describe(
      '"plus" has five restarts of Auto-PGD on each loss, and untargeted FAB, beside what "standard" has; "rand" is for models with random layers',
    ),
  steps: z.int().min(1).default(100).describe('gradient steps of each run of Auto-PGD and FAB'),
  goals: z.int().min(1).optional().describe('wrong classes that the targeted members try (default 9; targeted Auto-PGD in l1 5)'),
  maxQueries: z.int().min(1).default(5000).describe('questions per example of the member that asks for scores'),
});

export type AutoParams = z.infer<typeof params>;

export interface ModelKind {
  readonly norm: Metric;
  readonly classes: number;
  readonly isPicture: boolean;
}

export const kindOf = ({ task, preprocessing }: Target, norm: Metric): ModelKind => ({
  norm,
  classes: task.classes,
  isPicture: preprocessing.modality === 'image',
});

export const auto = defineAttack({
  id: 'auto',
  name: 'AutoAttack',
  paper: 'arXiv:2003.01690',
  summary:
    'Auto-PGD, its targeted form, targeted FAB and Square, each on what the earlier ones left: the standard ensemble, no parameter to choose.',
  knowledge: 'gradients',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  params,
  most: (given, classes, norm) => mostOfAll(membersOf({ norm, classes, isPicture: true }, given), { classes, norm }),
  run: (context, samples) => inTurn(context, membersOf(kindOf(context.target, context.norm), context.params), samples),
});

/** Weights are questions for each example that stands, a gradient counting as two. */
export function membersOf({ norm, classes, isPicture }: ModelKind, given: AutoParams): Member[] {
  const { variant, steps, maxQueries } = given;
  const isPlus = variant === 'plus';
  // In L1 the standard variant begins in larger balls, more often, and tries fewer classes (autoattack.py of the reference).
  const isSparse = norm === 'l1' && variant === 'standard';
  const phases = norm === 'l1' ? { largerFirst: isSparse } : {};
  const [goals, aims] = [given.goals ?? 9, given.goals ?? (isSparse ? 5 : 9)].map((count) => Math.min(count, classes - 1)) as [
    number,
    number,
  ];
  const restarts = isPlus || isSparse ? 5 : 1;
  // The ratio of three logits needs three classes, the targeted one four (checks.py of the reference warns there).
  const climb = { steps, restarts, ...phases };
  const ce: Member = { attack: apgd, params: climb, weight: 3 * steps * restarts };
  const dlr: Member = { attack: apgd, params: { ...climb, loss: 'dlr' }, weight: 3 * steps * restarts };
  const aimed: Member = { attack: apgdTargeted, params: { steps, goals: aims, ...phases }, weight: 3 * steps * aims };
  const anyClass: Member = { attack: fab, params: { steps, restarts, untilEpsilon: true }, weight: (2 + 2 * classes) * steps * restarts };
  const aimedFab: Member = { attack: fabTargeted, params: { steps, goals, untilEpsilon: true }, weight: 4 * steps * goals };
  const scores: Member = isPicture
    ? { attack: square, params: { maxQueries, rescale: false }, weight: maxQueries }
    : { attack: cube, params: { maxQueries }, weight: maxQueries };
  const targeted = classes < 4 ? [] : [aimed];
  // Its 20 draws of each gradient are the target's (docs/masked-gradients.md).
  if (variant === 'rand') return [ce, ...(classes < 3 ? [] : [dlr])];
  return isPlus ? [ce, ...(classes < 3 ? [] : [dlr]), anyClass, scores, ...targeted, aimedFab] : [ce, ...targeted, aimedFab, scores];
}
