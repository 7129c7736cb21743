/** FAB towards one class after the other (FAB-T, the targeted form of AutoAttack's reference, whose defaults it has): one gradient a step, whatever the number of classes. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { type Iteration, iterate } from '../iterate.ts';
import { borderStart } from '../random-start.ts';
import { rankedOthers } from '../targets.ts';
import { fabParams } from './fab.ts';
import { aimedBorder, fabFields, fabStep, isWithin } from './fab-step.ts';

export const fabTargeted = defineAttack({
  id: 'fab-targeted',
  name: 'Targeted fast adaptive boundary',
  paper: 'arXiv:1907.02044',
  summary: 'FAB towards one wrong class after the other, the likeliest first: a gradient less for every class that the model knows.',
  knowledge: 'gradients',
  norms: ['linf', 'l2', 'l1'],
  aim: 'minimal',
  params: fabParams.extend({
    goals: z
      .int()
      .min(1)
      .default(9)
      .describe(
        'wrong classes that are tried, those with the highest scores first; later ones only for examples without a point within epsilon',
      ),
    restarts: z.int().min(1).default(1).describe('starts for each class, those after the first at random points'),
  }),
  most: ({ steps, restarts, goals }, classes) => {
    const each = steps * restarts * Math.min(goals, classes - 1);
    return { queries: 2 * each, gradients: each };
  },
  run: async (context, samples) => {
    const { epsilon, norm, params, target, seed } = context;
    const { steps, restarts, goals, untilEpsilon, ...settings } = params;
    const range = rangeOf(target.preprocessing);
    const ranked = await rankedOthers(target, samples);
    const start = ({ index, x }: AttackSample, run: number): Float32Array =>
      run % restarts === 0 ? x : borderStart([seed, 'fab-targeted', index, run], { norm, x0: x, epsilon: epsilon / 2, range });
    const iteration: Iteration = {
      id: `fab-targeted ${norm} ${untilEpsilon}`,
      steps,
      restarts: Math.min(goals, target.task.classes - 1) * restarts,
      fields: (sample, run, before) => ({
        ...fabFields(sample.x, start(sample, run), { epsilon, ...settings }, before),
        label: sample.label,
        goal: ranked.get(sample.index)?.[Math.floor(run / restarts)] as number,
      }),
      define: fabStep(norm, aimedBorder, untilEpsilon),
    };
    return iterate(context, iteration, samples, isWithin(epsilon));
  },
});
