/** Decoupled direction and norm (Rony et al., arXiv:1811.09600, algorithm 1), with the defaults of Foolbox's DDNAttack. */
import * as z from 'zod';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import type { LossKind } from '../../task/task.ts';
import { clipTo, normOf, perRow, steepest } from '../../threat/ball.ts';
import { cosineFields, cosineShare } from '../annealing.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { FAR, nearEnough, restarting } from '../nearest-restarts.ts';
import type { Finished } from '../schedule.ts';
import { targetOf, targetParam, withGoals } from '../targets.ts';
import { finite } from './pgd.ts';

/** The step length falls from 1 to this along half a period of a cosine (section 4 of the paper). */
const LAST_STEP = 0.01;

export const ddn = defineAttack({
  id: 'ddn',
  name: 'Decoupled direction and norm',
  paper: 'arXiv:1811.09600',
  summary: 'Walks on a sphere that shrinks where the model is fooled and grows where it is not: close L2 examples in few steps.',
  knowledge: 'gradients',
  norms: ['l2'],
  aim: 'minimal',
  params: z.object({
    steps: z.int().min(1).default(100).describe('gradient steps'),
    gamma: z.number().positive().lt(1).default(0.05).describe('share by which the sphere shrinks or grows at each step'),
    radius: z.number().positive().default(1).describe('first radius of the sphere, in input units'),
    loss: z.enum(['cross-entropy', 'margin']).default('cross-entropy').describe('what the steps climb'),
    restarts: z
      .int()
      .min(1)
      .default(1)
      .describe('starts, those after the first at random points; only for examples without a point within epsilon'),
    target: targetParam,
  }),
  most: ({ steps, restarts }) => ({ queries: (steps + 1) * restarts, gradients: (steps + 1) * restarts }),
  run: async (context, samples) => {
    const { params, target, epsilon } = context;
    const { steps, gamma, radius, loss, restarts } = params;
    const goals = await targetOf(params.target, target, samples);
    const again = restarting(context, 'ddn', 'l2');
    const fields = ({ index, x, label }: AttackSample, restart: number, before?: Finished): Record<string, Float32Array | number> => ({
      // The nearest point that fooled the model; the example itself until there is one.
      x,
      x0: x,
      at: x,
      nearest: FAR,
      label: goals?.get(index) ?? label,
      radius,
      ...again({ index, x }, restart, before),
      gamma,
      ...cosineFields(steps),
    });
    const define = ddnStep(loss, goals !== undefined);
    const fooled = nearEnough(epsilon, goals);
    // One run more than there are steps: it looks at the point that the last step leads to.
    const iteration = { id: `ddn ${loss} ${goals ? 'targeted' : 'untargeted'}`, steps: steps + 1, restarts, fields, define };
    return withGoals(await iterate(context, iteration, samples, fooled), goals);
  },
});

/** δ ← δ + α·∇/‖∇‖₂, ε ← (1 ∓ γ)·ε by whether the point fools the model, x̃ ← x + ε·δ/‖δ‖₂ (algorithm 1, lines 5 to 14), clipped to the range. */
function ddnStep(loss: LossKind, targeted: boolean): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const scalar = (name: string): Value => b.row(name, 'scalar');
    const [x, x0, at] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('at', 'input')];
    const label = b.row('label', 'label');
    const wide = (value: Value): Value => perRow(g, value, at);
    const missed = b.misses(at, label);
    const fools = targeted ? g.not(missed) : missed;
    const raw = b.grad(b.loss(loss, at, label), at);
    const climb = targeted ? g.neg(finite(g, raw)) : finite(g, raw);
    const distance = normOf(g, 'l2', g.sub(at, x0));
    const isNearer = g.and(fools, g.less(distance, scalar('nearest')));
    const { share, turned } = cosineShare(b);
    const length = g.add(g.scalar(LAST_STEP), g.mul(g.scalar(1 - LAST_STEP), share));
    const moved = g.add(g.sub(at, x0), g.mul(wide(length), steepest(g, 'l2', climb)));
    const one = g.scalar(1);
    const radius = g.mul(scalar('radius'), g.where(fools, g.sub(one, scalar('gamma')), g.add(one, scalar('gamma'))));
    const onto = g.mul(wide(radius), g.div(moved, g.max(wide(normOf(g, 'l2', moved)), g.scalar(1e-12, moved))));
    return {
      ...turned,
      x: g.where(wide(isNearer), at, x),
      at: clipTo(g, g.add(x0, onto), b.range),
      nearest: g.where(isNearer, distance, scalar('nearest')),
      radius,
      slope: normOf(g, 'linf', raw),
    };
  };
}
