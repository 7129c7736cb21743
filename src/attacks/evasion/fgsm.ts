/** Fast gradient (sign) method (Goodfellow et al., arXiv:1412.6572, section 4): one step of full length along the steepest direction. */
import * as z from 'zod';
import { defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { targetOf, targetParam, withGoals } from '../targets.ts';
import { pgdStep } from './pgd.ts';

export const fgsm = defineAttack({
  id: 'fgsm',
  name: 'Fast gradient method',
  paper: 'arXiv:1412.6572',
  summary: 'A single step of full length along the gradient; what breaks under it is broken with one look at the model.',
  knowledge: 'gradients',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  params: z.object({ target: targetParam }),
  run: async (context, samples) => {
    const { norm, epsilon, params, target } = context;
    const goals = await targetOf(params.target, target, samples);
    const define = pgdStep({ norm, loss: 'cross-entropy', targeted: goals !== undefined, stops: true });
    // Except in L1 it is the same graph as PGD's, so the compiled step is shared.
    const id = `${norm === 'l1' ? 'fgsm' : 'pgd'} ${norm} cross-entropy ${goals ? 'targeted' : 'untargeted'}`;
    const proposals = await iterate(
      context,
      {
        id,
        define,
        steps: 1,
        restarts: 1,
        fields: ({ index, x, label }) => ({ x, x0: x, label: goals?.get(index) ?? label, epsilon, stepSize: epsilon }),
      },
      samples,
      goals ? ({ index }, label) => label === goals.get(index) : undefined,
    );
    return withGoals(proposals, goals);
  },
});
