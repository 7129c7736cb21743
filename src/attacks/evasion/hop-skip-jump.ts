/** HopSkipJumpAttack (Chen, Jordan & Wainwright, arXiv:1904.02144): the nearest point that fools a model of which only decisions are seen. */
import * as z from 'zod';
import type { Rng } from '../../rng/rng.ts';
import { defineAttack } from '../attack.ts';
import { byLabels } from '../by-labels.ts';
import { startingPoints } from '../starting-point.ts';
import { hopSkipJumpMoves } from './hop-skip-jump-moves.ts';
import { walk } from './hop-skip-jump-walk.ts';

const params = z.object({
  steps: z.int().min(1).default(64).describe('steps along the boundary'),
  initEvals: z.int().min(2).default(100).describe('probes of the first step; step j takes √j times as many'),
  maxEvals: z.int().min(2).default(10_000).describe('most probes of a step'),
  gamma: z.number().positive().default(1).describe('size of a probe, in distances per dimension'),
  maxQueries: z.int().min(1).default(10_000).describe('questions per example'),
  untilEpsilon: z.boolean().default(true).describe('stop as soon as the distance is at most epsilon'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

export const hopSkipJump = defineAttack({
  id: 'hop-skip-jump',
  name: 'HopSkipJump',
  paper: 'arXiv:1904.02144',
  summary: 'Walks along the decision boundary by asking for labels alone; works on models without gradients or scores.',
  knowledge: 'labels',
  norms: ['linf', 'l2'],
  aim: 'minimal',
  params,
  run: async (context, samples) => {
    if (samples.length === 0) return [];
    const norm = context.norm === 'linf' ? 'linf' : 'l2';
    const moves = await hopSkipJumpMoves(context.target, norm);
    const { steps, initEvals, maxEvals, gamma } = context.params;
    return byLabels(context, 'hop-skip-jump', samples, async (hunt) => {
      const { queries, range, enough } = hunt;
      const starts = await startingPoints({ ...hunt, rng: hunt.rng('start') });
      if (starts.length === 0) return undefined;
      const noise = (step: number): Rng => hunt.rng('probes', step);
      return walk({ moves, queries, norm, range, steps, initEvals, maxEvals, gamma, enough, noise }, starts);
    });
  },
});
