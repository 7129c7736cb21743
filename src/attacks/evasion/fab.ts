/** Fast adaptive boundary attack (Croce & Hein, arXiv:1907.02044) with the defaults of AutoAttack's reference. */
import * as z from 'zod';
import { GibbonError } from '../../base/errors.ts';
import { rangeOf } from '../../model/preprocessing.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { type Iteration, iterate } from '../iterate.ts';
import { borderStart } from '../random-start.ts';
import { anyBorder, fabFields, fabStep, isWithin } from './fab-step.ts';

/** Classes up to which a gradient for each of them in every step is worth its price. */
const MOST = 100;

export const fabParams = z.object({
  steps: z.int().min(1).default(100).describe('steps, each of which asks the model twice'),
  alpha: z.number().min(0).max(1).default(0.1).describe('most that a step is drawn towards the original'),
  overshoot: z.number().min(1).default(1.05).describe('how far beyond the border a step goes; 1 ends on it'),
  backward: z.number().min(0).max(1).default(0.9).describe('share of the way from the original that is kept once the model is fooled'),
  untilEpsilon: z.boolean().default(false).describe('stop at the first point within epsilon, and look for no nearer one'),
});

export const fab = defineAttack({
  id: 'fab',
  name: 'Fast adaptive boundary',
  paper: 'arXiv:1907.02044',
  summary: 'Steps onto the nearest linearised border of any class and stays close to the original: near examples, no step size.',
  knowledge: 'gradients',
  norms: ['linf', 'l2', 'l1'],
  aim: 'minimal',
  params: fabParams.extend({
    restarts: z
      .int()
      .min(1)
      .default(1)
      .describe('starts, those after the first at random points; only for examples without a point within epsilon'),
  }),
  most: ({ steps, restarts }, classes) => ({ queries: 2 * steps * restarts, gradients: steps * restarts * (classes - 1) }),
  run: async (context, samples) => {
    const { epsilon, norm, params, target, seed } = context;
    const { steps, restarts, untilEpsilon, ...settings } = params;
    if (target.task.classes > MOST)
      throw new GibbonError(
        'E_NOT_APPLICABLE',
        `FAB takes a gradient for each class in every step; the model has ${target.task.classes} classes`,
        {
          hint: 'Use fab-targeted, which takes one.',
        },
      );
    const range = rangeOf(target.preprocessing);
    const start = ({ index, x }: AttackSample, restart: number): Float32Array =>
      restart === 0 ? x : borderStart([seed, 'fab', index, restart], { norm, x0: x, epsilon: epsilon / 2, range });
    const iteration: Iteration = {
      id: `fab ${norm} ${untilEpsilon}`,
      steps,
      restarts,
      fields: (sample, restart, before) => ({
        ...fabFields(sample.x, start(sample, restart), { epsilon, ...settings }, before),
        label: sample.label,
      }),
      define: fabStep(norm, anyBorder(norm, target.task.classes), untilEpsilon),
    };
    return iterate(context, iteration, samples, isWithin(epsilon));
  },
});
