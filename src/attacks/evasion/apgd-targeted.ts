/** Targeted Auto-PGD, APGD-T of AutoAttack (Croce & Hein, arXiv:2003.01690, section 4.2): one class after the other, the likeliest wrong one first. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { assertClasses, targetedDlr } from '../../task/dlr.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { borderStart } from '../random-start.ts';
import { rankedOthers } from '../targets.ts';
import { apgdFields, apgdNorm, apgdStep } from './apgd-step.ts';

export const apgdTargeted = defineAttack({
  id: 'apgd-targeted',
  name: 'Targeted Auto-PGD',
  paper: 'arXiv:2003.01690',
  summary: 'Auto-PGD towards one wrong class after the other, the likeliest first: finds ways that the steepest climb misses.',
  knowledge: 'gradients',
  norms: ['linf', 'l2'],
  aim: 'budget',
  params: z.object({
    steps: z.int().min(1).default(100).describe('gradient steps towards each class'),
    restarts: z.int().min(1).default(1).describe('random starts for each class; later ones only on examples that still stand'),
    goals: z.int().min(1).default(9).describe('wrong classes that are tried, those with the highest scores first'),
    rho: z.number().min(0).max(1).default(0.75).describe('share of steps that must raise the loss for the step size to stay'),
  }),
  most: ({ steps, restarts, goals }, classes) => {
    const each = (steps + 1) * restarts * Math.min(goals, classes - 1);
    return { queries: each, gradients: each };
  },
  run: async (context, samples) => {
    const { epsilon, params, target, seed } = context;
    const { steps, restarts, rho } = params;
    const norm = apgdNorm(context.norm);
    assertClasses('The targeted difference-of-logits ratio', target.task.classes, 4);
    const tried = Math.min(params.goals, target.task.classes - 1);
    const goals = await rankedOthers(context.target, samples);
    const range = rangeOf(target.preprocessing);
    const fields = ({ index, x, label }: AttackSample, run: number): Record<string, Float32Array | number> => ({
      ...apgdFields(x, borderStart([seed, 'apgd-targeted', index, run], { norm, x0: x, epsilon, range }), { epsilon, steps, rho }),
      label,
      goal: goals.get(index)?.[Math.floor(run / restarts)] as number,
    });
    const define = apgdStep(norm, (b, x, label) => targetedDlr(b.g, b.logits(x), label, b.row('goal', 'label')));
    // A class is left for the next only by the examples that stand; any wrong class counts.
    return iterate(context, { id: `apgd-targeted ${norm}`, steps: steps + 1, restarts: tried * restarts, fields, define }, samples);
  },
});
