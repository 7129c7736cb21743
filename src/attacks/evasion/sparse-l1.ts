/** Sparse L1 descent (SLIDE; Tramèr & Boneh, arXiv:1904.13000, section 3) with the defaults of Foolbox's SparseL1DescentAttack. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { keyedRng } from '../../rng/rng.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { randomStart } from '../random-start.ts';
import { SPARSITY } from '../sparse-step.ts';
import { targetOf, targetParam, withGoals } from '../targets.ts';
import { pgdStep } from './pgd.ts';

/** Foolbox's step, in parts of epsilon, and how many of them it takes. */
const [RELATIVE, STEPS] = [0.2, 10];

export const sparseL1 = defineAttack({
  id: 'sparse-l1',
  name: 'Sparse L1 descent',
  paper: 'arXiv:1904.13000',
  summary: 'Gradient steps in L1 that move the steepest elements only, as many as is said, and return to the ball after each.',
  knowledge: 'gradients',
  norms: ['l1'],
  aim: 'budget',
  params: z.object({
    steps: z.int().min(1).default(STEPS).describe('gradient steps'),
    stepSize: z
      .number()
      .positive()
      .optional()
      .describe('L1 length of a step in input units (default epsilon/5; longer where there are fewer steps than by default)'),
    sparsity: z.number().min(0).max(1).default(SPARSITY).describe('share of the elements, the least steep ones, that a step leaves alone'),
    randomStart: z.boolean().default(false).describe('start at a random point of the ball, not at the example'),
    restarts: z
      .int()
      .min(1)
      .default(1)
      .describe('starts, all but the first at random points; later ones only on examples that still stand'),
    loss: z.enum(['cross-entropy', 'margin']).default('cross-entropy').describe('what the steps climb'),
    earlyStop: z.boolean().default(true).describe('stop an example at the first point that fools the model'),
    target: targetParam,
  }),
  run: async (context, samples) => {
    const { epsilon, norm, params, target, seed } = context;
    const { steps, sparsity, loss, earlyStop: stops } = params;
    const goals = await targetOf(params.target, target, samples);
    const range = rangeOf(target.preprocessing);
    const fields = (sample: AttackSample, restart: number): Record<string, Float32Array | number> => ({
      x0: sample.x,
      x:
        params.randomStart || restart > 0
          ? randomStart(keyedRng(seed, 'sparse-l1', sample.index, restart), norm, sample.x, epsilon, range)
          : sample.x,
      label: goals?.get(sample.index) ?? sample.label,
      epsilon,
      stepSize: params.stepSize ?? RELATIVE * Math.max(1, STEPS / steps) * epsilon,
    });
    const define = pgdStep({ norm, loss, targeted: goals !== undefined, sparsity, stops });
    const id = `sparse-l1 ${loss} ${sparsity} ${goals ? 'targeted' : 'untargeted'}${stops ? '' : ' to the end'}`;
    const fooled = goals ? ({ index }: AttackSample, label: number) => label === goals.get(index) : undefined;
    return withGoals(await iterate(context, { id, steps, restarts: params.restarts, fields, define }, samples, fooled), goals);
  },
});
