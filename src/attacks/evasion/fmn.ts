/** Fast minimum-norm attack (Pintor et al., arXiv:2102.12827, algorithm 1), with the defaults of Foolbox's FMN attacks. */
import * as z from 'zod';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { clipTo, dualNormOf, inward, type Norm, normOf, perRow, project, steepest } from '../../threat/ball.ts';
import type { NumericMetric } from '../../threat/metric.ts';
import { keepLargest } from '../../threat/sparse.ts';
import { cosineFields, cosineShare } from '../annealing.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { clearance } from '../clearance.ts';
import { iterate } from '../iterate.ts';
import { FAR, nearEnough, restarting } from '../nearest-restarts.ts';
import type { Finished } from '../schedule.ts';
import { targetOf, targetParam, withGoals } from '../targets.ts';
import { finite } from './pgd.ts';

/** Just above the smallest normal float32. */
const SMALLEST = 2e-38;
/** Share of the first step length with which the last step is taken. */
const LAST_STEP = 0.01;
/** Share by which the last step changes the ball's radius. */
const LAST_GAMMA = 0.001;

export const fmn = defineAttack({
  id: 'fmn',
  name: 'Fast minimum norm',
  paper: 'arXiv:2102.12827',
  summary:
    'Follows the margin inside a ball that shrinks where the model is fooled and grows where it is not: near examples in three norms, and of few elements.',
  knowledge: 'gradients',
  norms: ['linf', 'l2', 'l1', 'l0'],
  aim: 'minimal',
  params: z.object({
    steps: z.int().min(1).default(100).describe('gradient steps'),
    stepSize: z.number().positive().default(1).describe('L2 length of the first step, in input units; it falls to a hundredth'),
    gamma: z
      .number()
      .positive()
      .lt(1)
      .default(0.05)
      .describe('share by which the ball shrinks or grows at the first step; it falls to 0.001'),
    restarts: z
      .int()
      .min(1)
      .default(1)
      .describe('starts, those after the first at random points; only for examples without a point within epsilon'),
    target: targetParam,
  }),
  run: async (context, samples) => {
    const { norm, params, target, epsilon } = context;
    const { steps, stepSize, gamma, restarts } = params;
    const goals = await targetOf(params.target, target, samples);
    const again = restarting(context, 'fmn', norm);
    const fields = ({ index, x, label }: AttackSample, restart: number, before?: Finished): Record<string, Float32Array | number> => ({
      // The nearest point that fooled the model; the example itself until there is one.
      x,
      x0: x,
      at: x,
      nearest: FAR,
      label: goals?.get(index) ?? label,
      radius: norm === 'l0' ? 1 : 0,
      gamma,
      stepSize,
      ...cosineFields(steps),
      ...again({ index, x }, restart, before),
    });
    const fooled = nearEnough(epsilon, goals);
    const id = `fmn ${norm} ${goals ? 'targeted' : 'untargeted'}`;
    // One run more than there are steps: it looks at the point that the last step leads to.
    const iteration = { id, steps: steps + 1, restarts, fields, define: fmnStep(norm, goals !== undefined) };
    return withGoals(await iterate(context, iteration, samples, fooled), goals);
  },
});

/** δ ← clip(Π_ε(δ + α·∇m/‖∇m‖₂)), m being the margin, with the next radius ε of the ball (algorithm 1). */
function fmnStep(norm: NumericMetric, targeted: boolean): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const scalar = (name: string): Value => b.row(name, 'scalar');
    const [x, x0, at, label] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('at', 'input'), b.row('label', 'label')];
    const ahead = b.loss('margin', at, label);
    const climbed = targeted ? g.neg(ahead) : ahead;
    const raw = b.grad(climbed, at);
    // What the range would only clip away would take most of the step's length.
    const slope = inward(g, finite(g, raw), at, b.range);
    const clear = clearance(b, at);
    const fools = g.greater(climbed, clear);
    const distance = normOf(g, norm, g.sub(at, x0));
    const isNearer = g.and(fools, g.less(distance, scalar('nearest')));
    const nearest = g.where(isNearer, distance, scalar('nearest'));
    const { share, turned } = cosineShare(b);
    const beyond = g.add(g.abs(climbed), g.mul(clear, g.scalar(2)));
    const gamma = annealed(g, scalar('gamma'), g.scalar(LAST_GAMMA), share);
    const found = g.less(nearest, g.scalar(FAR));
    const ball = { fools, found, nearest, radius: scalar('radius'), gamma };
    const toBorder = (own: Norm): Value => g.div(beyond, g.max(dualNormOf(g, own, slope), g.scalar(SMALLEST)));
    const radius = norm === 'l0' ? nextCount(g, ball) : nextRadius(g, { ...ball, reached: g.add(distance, toBorder(norm)) });
    const first = scalar('stepSize');
    const length = g.where(found, annealed(g, first, g.mul(first, g.scalar(LAST_STEP)), share), first);
    return {
      ...turned,
      x: g.where(perRow(g, isNearer, at), at, x),
      at: within(b, norm, g.add(at, g.mul(perRow(g, length, at), steepest(g, 'l2', slope))), x0, radius),
      nearest,
      radius,
      slope: normOf(g, 'linf', raw),
    };
  };
}

/** The point of the ball that is nearest to x, within the range. */
function within({ g, range }: GradientBuilder, norm: NumericMetric, x: Value, x0: Value, radius: Value): Value {
  if (norm !== 'l0') return project(g, norm, x, x0, radius, range);
  return clipTo(g, g.add(x0, keepLargest(g, g.sub(x, x0), radius)), range);
}

/** From `first` to `last` as the share falls from 1 to 0. */
function annealed(g: GradientBuilder['g'], first: Value, last: Value, share: Value): Value {
  return g.add(last, g.mul(g.sub(first, last), share));
}

interface Ball {
  readonly fools: Value;
  /** Has any point fooled the model? */
  readonly found: Value;
  /** Distance of the nearest point that fooled the model. */
  readonly nearest: Value;
  readonly radius: Value;
  readonly gamma: Value;
}

/**
 * As far as the linearised border until a point fools the model; from then on the ball shrinks where one does, to the nearest at most, and grows where
 * none does. `reached` is where the linearised border is: the distance so far and the way on to it. Before the first success it grows as well: where the range clips steps, they come ever closer to the border without crossing it.
 */
function nextRadius(g: GradientBuilder['g'], { fools, found, nearest, radius, gamma, reached }: Ball & { readonly reached: Value }): Value {
  const one = g.scalar(1);
  const shrunk = g.min(g.mul(radius, g.sub(one, gamma)), nearest);
  const grown = g.mul(radius, g.add(one, gamma));
  const missed = g.where(found, grown, g.max(reached, grown));
  return g.min(g.where(fools, shrunk, missed), g.scalar(FAR));
}

/** The same for a number of elements, which changes by one at least (section 3 of the paper; adv-lib's and Foolbox's form). */
function nextCount(g: GradientBuilder['g'], { fools, nearest, radius, gamma }: Ball): Value {
  const one = g.scalar(1);
  const floor = (value: Value): Value => g.node('Floor', [value]);
  const fewer = g.min(g.min(g.sub(radius, one), floor(g.mul(radius, g.sub(one, gamma)))), nearest);
  const more = g.max(g.add(radius, one), floor(g.mul(radius, g.add(one, gamma))));
  return g.max(g.where(fools, fewer, more), g.scalar(0));
}
