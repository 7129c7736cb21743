/** Uniform noise from the whole ball: what an attacker without any knowledge gets. Foolbox's repeated additive uniform noise, per norm. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { defineAttack } from '../attack.ts';
import { noise } from '../noise.ts';
import { randomStart } from '../random-start.ts';

export const uniformNoise = defineAttack({
  id: 'uniform-noise',
  name: 'Uniform noise',
  paper: 'Foolbox (arXiv:1707.04131), additive uniform noise',
  summary:
    'Random points of the ball. A model that breaks under it has no margin at all; an attack that is no stronger has learned nothing.',
  knowledge: 'nothing',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  params: z.object({ repeats: z.int().min(1).default(1).describe('draws per example; the worst counts') }),
  run: (context, samples) =>
    noise(
      context,
      'uniform-noise',
      context.params.repeats,
      (rng, x) => randomStart(rng, context.norm, x, context.epsilon, rangeOf(context.target.preprocessing)),
      samples,
    ),
});
