/** Gaussian noise scaled to the ball's surface. Foolbox's repeated additive Gaussian noise, per norm. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { boundAt, type Norm } from '../../threat/ball.ts';
import { defineAttack } from '../attack.ts';
import { noise } from '../noise.ts';

export const gaussianNoise = defineAttack({
  id: 'gaussian-noise',
  name: 'Gaussian noise',
  paper: 'Foolbox (arXiv:1707.04131), additive Gaussian noise',
  summary: 'Normal noise whose size, in the audited norm, is exactly epsilon before clipping.',
  knowledge: 'nothing',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  params: z.object({ repeats: z.int().min(1).default(1).describe('draws per example; the worst counts') }),
  run: (context, samples) => {
    const [low, high, movable] = rangeOf(context.target.preprocessing) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return noise(
      context,
      'gaussian-noise',
      context.params.repeats,
      (rng, x) => {
        const z = new Float32Array(x.length);
        rng.fillNormal(z);
        if (movable) for (const i of z.keys()) if (!movable[i]) z[i] = 0;
        const scale = context.epsilon / (sizeIn(context.norm, z) || 1);
        return z.map((v, i) => Math.min(boundAt(high, i), Math.max(boundAt(low, i), (x[i] as number) + v * scale)));
      },
      samples,
    );
  },
});

function sizeIn(norm: Norm, z: Float32Array): number {
  if (norm === 'linf') return z.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  return norm === 'l2' ? Math.sqrt(z.reduce((sum, v) => sum + v * v, 0)) : z.reduce((sum, v) => sum + Math.abs(v), 0);
}
