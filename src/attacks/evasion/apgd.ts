/** Auto-PGD (Croce & Hein, arXiv:2003.01690) with the defaults of AutoAttack's reference: PGD that finds its own step size. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { assertClasses, dlr } from '../../task/dlr.ts';
import { probabilityMargin } from '../../task/probability-margin.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { borderStart } from '../random-start.ts';
import { apgdFields, apgdNorm, apgdStep } from './apgd-step.ts';

const LOSSES: Readonly<Record<'cross-entropy' | 'dlr' | 'probability-margin', Parameters<typeof apgdStep>[1]>> = {
  'cross-entropy': (b, x, label) => b.loss('cross-entropy', x, label),
  dlr: (b, x, label) => dlr(b.g, b.logits(x), label),
  'probability-margin': (b, x, label) => probabilityMargin(b.g, b.logits(x), label),
};

export const apgd = defineAttack({
  id: 'apgd',
  name: 'Auto-PGD',
  paper: 'arXiv:2003.01690',
  summary: 'PGD that halves its step size where the loss no longer grows, and goes back to its best point: no step size to choose.',
  knowledge: 'gradients',
  norms: ['linf', 'l2'],
  aim: 'budget',
  params: z.object({
    steps: z.int().min(1).default(100).describe('gradient steps'),
    restarts: z.int().min(1).default(1).describe('random starts; later ones only on examples that still stand'),
    loss: z
      .enum(['cross-entropy', 'dlr', 'probability-margin'])
      .default('cross-entropy')
      .describe('what the steps climb; the difference-of-logits ratio needs three classes'),
    rho: z.number().min(0).max(1).default(0.75).describe('share of steps that must raise the loss for the step size to stay'),
  }),
  most: ({ steps, restarts }) => ({ queries: (steps + 1) * restarts, gradients: (steps + 1) * restarts }),
  run: async (context, samples) => {
    const { epsilon, params, target, seed } = context;
    const { steps, restarts, loss, rho } = params;
    const norm = apgdNorm(context.norm);
    if (loss === 'dlr') assertClasses('The difference-of-logits ratio', target.task.classes, 3);
    const range = rangeOf(target.preprocessing);
    const fields = ({ index, x, label }: AttackSample, restart: number): Record<string, Float32Array | number> => ({
      ...apgdFields(x, borderStart([seed, 'apgd', index, restart], { norm, x0: x, epsilon, range }), { epsilon, steps, rho }),
      label,
    });
    const define = apgdStep(norm, LOSSES[loss]);
    // The last of the points that the steps lead to is looked at as well.
    return iterate(context, { id: `apgd ${norm} ${loss}`, steps: steps + 1, restarts, fields, define }, samples);
  },
});
