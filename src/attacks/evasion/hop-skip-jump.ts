/** HopSkipJumpAttack (Chen, Jordan & Wainwright, arXiv:1904.02144): the nearest point that fools a model of which only decisions are seen. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import { keyedRng } from '../../rng/rng.ts';
import { type AttackContext, type AttackSample, defineAttack, type Proposal } from '../attack.ts';
import { labelQueries } from '../label-queries.ts';
import { startingPoints } from '../starting-point.ts';
import { targetOf } from '../targets.ts';
import { type Ask, together } from '../together.ts';
import { hopSkipJumpMoves, type Moves } from './hop-skip-jump-moves.ts';
import { walk } from './hop-skip-jump-walk.ts';

/** Examples that walk at the same time. */
const WIDTH = 32;

const params = z.object({
  steps: z.int().min(1).default(64).describe('steps along the boundary'),
  initEvals: z.int().min(2).default(100).describe('probes of the first step; step j takes √j times as many'),
  maxEvals: z.int().min(2).default(10_000).describe('most probes of a step'),
  gamma: z.number().positive().default(1).describe('size of a probe, in distances per dimension'),
  maxQueries: z.int().min(1).default(10_000).describe('questions per example'),
  untilEpsilon: z.boolean().default(true).describe('stop as soon as the distance is at most epsilon'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

type Context = AttackContext<z.infer<typeof params>>;

interface Assault {
  readonly context: Context;
  readonly moves: Moves;
  readonly norm: 'linf' | 'l2';
  readonly samples: readonly AttackSample[];
  readonly goal: number | undefined;
}

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
    const { target, signal } = context;
    const norm = context.norm === 'linf' ? 'linf' : 'l2';
    const goals = await targetOf(context.params.target, target, samples);
    const moves = await hopSkipJumpMoves(target, norm);
    return together({ judge: { decide: target.judge.answer }, width: WIDTH, signal }, samples, async (sample, ask) => {
      const proposal = await assault(
        { context, moves, norm, samples: context.starts ?? samples, goal: goals?.get(sample.index) },
        sample,
        ask,
      );
      context.onProposal?.(proposal);
      context.onProgress?.(1);
      return proposal;
    });
  },
});

/** One example, from its clean input to the nearest point found. */
async function assault({ context, moves, norm, samples, goal }: Assault, sample: AttackSample, ask: Ask): Promise<Proposal> {
  const { params: given, seed, target, epsilon } = context;
  const queries = labelQueries({ sample, ask, budget: given.maxQueries, goal });
  const rng = (purpose: string, step: number) => keyedRng(seed, 'hop-skip-jump', sample.index, purpose, step);
  const range = rangeOf(target.preprocessing);
  const candidate = async (): Promise<Float32Array | undefined> => {
    if ((await queries.fooled([sample.x]))[0]) return sample.x;
    const starts = await startingPoints({ queries, rng: rng('start', 0), range, samples, goal });
    if (starts.length === 0) return undefined;
    const { steps, initEvals, maxEvals, gamma } = given;
    const enough = given.untilEpsilon ? epsilon : 0;
    return walk({ moves, queries, norm, range, steps, initEvals, maxEvals, gamma, enough, noise: (step) => rng('probes', step) }, starts);
  };
  return {
    index: sample.index,
    candidate: await candidate(),
    queries: queries.used,
    gradients: 0,
    ...(goal === undefined ? {} : { goal }),
  };
}
