/** Auto-PGD (Croce & Hein, arXiv:2003.01690) with the defaults of AutoAttack's reference: PGD that finds its own step size. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { assertClasses, dlr } from '../../task/dlr.ts';
import { probabilityMargin } from '../../task/probability-margin.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { type Iteration, iterate } from '../iterate.ts';
import { borderStart } from '../random-start.ts';
import { apgdL1Fields, apgdL1Step, inLastPhase, largerFirstParam, lookedAt, type Phase, phasesOf } from './apgd-l1-step.ts';
import { apgdFields, apgdStep, type Climbed } from './apgd-step.ts';

const LOSSES: Readonly<Record<'cross-entropy' | 'dlr' | 'probability-margin', Climbed>> = {
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
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  params: z.object({
    steps: z.int().min(1).default(100).describe('gradient steps'),
    restarts: z.int().min(1).default(1).describe('random starts; later ones only on examples that still stand'),
    loss: z
      .enum(['cross-entropy', 'dlr', 'probability-margin'])
      .default('cross-entropy')
      .describe('what the steps climb; the difference-of-logits ratio needs three classes'),
    rho: z
      .number()
      .min(0)
      .max(1)
      .default(0.75)
      .describe('share of steps that must raise the loss for the step size to stay, in linf and l2'),
    largerFirst: largerFirstParam,
  }),
  most: ({ steps, restarts, largerFirst }, _, norm) => {
    const each = norm === 'l1' ? lookedAt(phasesOf(steps, largerFirst)) : steps + 1;
    return { queries: each * restarts, gradients: each * restarts };
  },
  run: async (context, samples) => {
    const { epsilon, norm, params, target, seed } = context;
    const { steps, restarts, loss, rho } = params;
    if (loss === 'dlr') assertClasses('The difference-of-logits ratio', target.task.classes, 3);
    const range = rangeOf(target.preprocessing);
    const climbed = LOSSES[loss];
    // The last of the points that the steps lead to is looked at as well.
    const round = (norm: 'linf' | 'l2'): Iteration => ({
      id: `apgd ${norm} ${loss}`,
      steps: steps + 1,
      restarts,
      fields: ({ index, x, label }: AttackSample, restart: number) => ({
        ...apgdFields(x, borderStart([seed, 'apgd', index, restart], { norm, x0: x, epsilon, range }), { epsilon, steps, rho }),
        label,
      }),
      define: apgdStep(norm, climbed),
    });
    const sparse = (phases: readonly Phase[]): Iteration => ({
      id: `apgd l1 ${loss} ${JSON.stringify(phases)}`,
      steps: lookedAt(phases),
      restarts,
      fields: (sample, restart) => ({
        ...apgdL1Fields(sample, { range, epsilon, phases, key: [seed, 'apgd', sample.index, restart] }),
        label: sample.label,
      }),
      resumed: inLastPhase(phases, epsilon),
      define: apgdL1Step(phases, climbed),
    });
    return iterate(context, norm === 'l1' ? sparse(phasesOf(steps, params.largerFirst)) : round(norm), samples);
  },
});
