/** Targeted Auto-PGD, APGD-T of AutoAttack (Croce & Hein, arXiv:2003.01690, section 4.2): one class after the other, the likeliest wrong one first, or that which MALT (arXiv:2407.02240) finds nearest. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { assertClasses, targetedDlr } from '../../task/dlr.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { borderStart } from '../random-start.ts';
import { rankedOthers } from '../targets.ts';
import { apgdFields, apgdNorm, apgdStep } from './apgd-step.ts';
import { maltRanked } from './malt-ranking.ts';

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
    goals: z.int().min(1).default(9).describe('wrong classes that are tried, the first of the ranking'),
    ranking: z
      .enum(['scores', 'malt'])
      .default('scores')
      .describe('order of the wrong classes: by score, or by how far off they are where the model is linear (MALT)'),
    candidates: z.int().min(1).default(100).describe('wrong classes that MALT ranks, those with the highest scores; a gradient for each'),
    rho: z.number().min(0).max(1).default(0.75).describe('share of steps that must raise the loss for the step size to stay'),
  }),
  most: ({ steps, restarts, goals, ranking, candidates }, classes) => {
    const ranked = ranking === 'malt' ? Math.min(candidates, classes - 1) : 0;
    const each = ranked + (steps + 1) * restarts * Math.min(goals, ranked || classes - 1);
    return { queries: each, gradients: each };
  },
  run: async (context, samples) => {
    const { epsilon, params, target, seed } = context;
    const { steps, restarts, rho, ranking, candidates } = params;
    const norm = apgdNorm(context.norm);
    assertClasses('The targeted difference-of-logits ratio', target.task.classes, 4);
    const isMalt = ranking === 'malt';
    const tried = Math.min(params.goals, target.task.classes - 1, isMalt ? candidates : Number.POSITIVE_INFINITY);
    const { goals, cost } = isMalt ? await maltRanked(context, samples, candidates) : { goals: await rankedOthers(target, samples) };
    const range = rangeOf(target.preprocessing);
    const fields = ({ index, x, label }: AttackSample, run: number): Record<string, Float32Array | number> => ({
      ...apgdFields(x, borderStart([seed, 'apgd-targeted', index, run], { norm, x0: x, epsilon, range }), { epsilon, steps, rho }),
      label,
      goal: goals.get(index)?.[Math.floor(run / restarts)] as number,
    });
    const define = apgdStep(norm, (b, x, label) => targetedDlr(b.g, b.logits(x), label, b.row('goal', 'label')));
    // A class is left for the next only by the examples that stand; any wrong class counts.
    return iterate(
      context,
      { id: `apgd-targeted ${norm}`, steps: steps + 1, restarts: tried * restarts, fields, define, before: cost },
      samples,
    );
  },
});
