/** Targeted Auto-PGD, APGD-T of AutoAttack (Croce & Hein, arXiv:2003.01690, section 4.2): one class after the other, the likeliest wrong one first, or that which MALT (arXiv:2407.02240) finds nearest. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { assertClasses, targetedDlr } from '../../task/dlr.ts';
import type { Metric } from '../../threat/metric.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { borderStart } from '../random-start.ts';
import { rankedOthers } from '../targets.ts';
import { apgdL1Fields, apgdL1Step, inLastPhase, largerFirstParam, lookedAt, phasesOf } from './apgd-l1-step.ts';
import { apgdFields, apgdStep, type Climbed } from './apgd-step.ts';
import { maltRanked } from './malt-ranking.ts';

export const apgdTargeted = defineAttack({
  id: 'apgd-targeted',
  name: 'Targeted Auto-PGD',
  paper: 'arXiv:2003.01690',
  summary: 'Auto-PGD towards one wrong class after the other, the likeliest first: finds ways that the steepest climb misses.',
  knowledge: 'gradients',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  params: z.object({
    steps: z.int().min(1).default(100).describe('gradient steps towards each class'),
    restarts: z.int().min(1).default(1).describe('random starts for each class; later ones only on examples that still stand'),
    goals: z.int().min(1).optional().describe('wrong classes that are tried, the first of the ranking (default 9, in l1 5)'),
    ranking: z
      .enum(['scores', 'malt'])
      .default('scores')
      .describe('order of the wrong classes: by score, or by how far off they are where the model is linear (MALT)'),
    candidates: z.int().min(1).default(100).describe('wrong classes that MALT ranks, those with the highest scores; a gradient for each'),
    rho: z
      .number()
      .min(0)
      .max(1)
      .default(0.75)
      .describe('share of steps that must raise the loss for the step size to stay, in linf and l2'),
    largerFirst: largerFirstParam,
  }),
  most: ({ steps, restarts, goals, ranking, candidates, largerFirst }, classes, norm) => {
    const ranked = ranking === 'malt' ? Math.min(candidates, classes - 1) : 0;
    const run = norm === 'l1' ? lookedAt(phasesOf(steps, largerFirst)) : steps + 1;
    const each = ranked + run * restarts * Math.min(goals ?? usualGoals(norm), ranked || classes - 1);
    return { queries: each, gradients: each };
  },
  run: async (context, samples) => {
    const { epsilon, norm, params, target, seed } = context;
    const { steps, restarts, rho, ranking, candidates } = params;
    assertClasses('The targeted difference-of-logits ratio', target.task.classes, 4);
    const isMalt = ranking === 'malt';
    const tried = Math.min(params.goals ?? usualGoals(norm), target.task.classes - 1, isMalt ? candidates : Number.POSITIVE_INFINITY);
    const { goals, cost } = isMalt ? await maltRanked(context, samples, candidates) : { goals: await rankedOthers(target, samples) };
    const range = rangeOf(target.preprocessing);
    const phases = phasesOf(steps, params.largerFirst);
    const fields = (sample: AttackSample, run: number): Record<string, Float32Array | number> => {
      const { index, x, label } = sample;
      const key = [seed, 'apgd-targeted', index, run] as const;
      const state =
        norm === 'l1'
          ? apgdL1Fields(sample, { range, epsilon, phases, key })
          : apgdFields(x, borderStart(key, { norm, x0: x, epsilon, range }), { epsilon, steps, rho });
      return { ...state, label, goal: goals.get(index)?.[Math.floor(run / restarts)] as number };
    };
    const ratio: Climbed = (b, x, label) => targetedDlr(b.g, b.logits(x), label, b.row('goal', 'label'));
    // A class is left for the next only by the examples that stand; any wrong class counts.
    const iteration =
      norm === 'l1'
        ? {
            id: `apgd-targeted l1 ${JSON.stringify(phases)}`,
            steps: lookedAt(phases),
            resumed: inLastPhase(phases, epsilon),
            define: apgdL1Step(phases, ratio),
          }
        : { id: `apgd-targeted ${norm}`, steps: steps + 1, define: apgdStep(norm, ratio) };
    return iterate(context, { ...iteration, restarts: tried * restarts, fields, before: cost }, samples);
  },
});

/** As AutoAttack's reference has it. */
const usualGoals = (norm: Metric): number => (norm === 'l1' ? 5 : 9);
