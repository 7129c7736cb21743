/** Momentum iterative method (MI-FGSM; Dong et al., arXiv:1710.06081, algorithm 1 and section 3.3): gradient steps that keep a share of their old direction. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { keyedRng } from '../../rng/rng.ts';
import { type Norm, normOf, perRow, project, steepest } from '../../threat/ball.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { randomStart } from '../random-start.ts';
import { targetOf, targetParam, withGoals } from '../targets.ts';
import { finite } from './pgd.ts';

export const momentum = defineAttack({
  id: 'momentum',
  name: 'Momentum iterative method',
  paper: 'arXiv:1710.06081',
  summary:
    'Gradient steps that keep a share of their old direction, so that they are not caught in small local maxima; made for examples that carry over to other models.',
  knowledge: 'gradients',
  norms: ['linf', 'l2'],
  aim: 'budget',
  params: z.object({
    steps: z.int().min(1).default(10).describe('gradient steps'),
    stepSize: z.number().positive().optional().describe('length of a step in input units (default epsilon/steps)'),
    restarts: z
      .int()
      .min(1)
      .default(1)
      .describe('starts, all but the first at random points; later ones only on examples that still stand'),
    decay: z.number().min(0).default(1).describe('share of the old direction that is kept'),
    earlyStop: z.boolean().default(true).describe('stop an example at the first point that fools the model'),
    target: targetParam,
  }),
  run: async (context, samples) => {
    const { norm, epsilon, params, target, seed } = context;
    const { steps, restarts, decay, earlyStop: stops } = params;
    const range = rangeOf(target.preprocessing);
    const goals = await targetOf(params.target, target, samples);
    const define = momentumStep({ norm, targeted: goals !== undefined, stops });
    const id = `momentum ${norm} ${goals ? 'targeted' : 'untargeted'}${stops ? '' : ' to the end'}`;
    const fields = ({ index, x, label }: AttackSample, restart: number): Record<string, Float32Array | number> => ({
      x: restart === 0 ? x : randomStart(keyedRng(seed, 'momentum', index, restart), norm, x, epsilon, range),
      x0: x,
      memory: new Float32Array(x.length),
      label: goals?.get(index) ?? label,
      epsilon,
      stepSize: params.stepSize ?? epsilon / steps,
      decay,
    });
    const fooled = goals ? ({ index }: AttackSample, label: number) => label === goals.get(index) : undefined;
    return withGoals(await iterate(context, { id, steps, restarts, fields, define }, samples, fooled), goals);
  },
});

interface MomentumStep {
  readonly norm: Norm;
  readonly targeted: boolean;
  /** Report success of the incoming point, at which the row then ends. */
  readonly stops: boolean;
}

/** g ← μ·g + ∇/‖∇‖₁ (equation 6), x ← Π(x + α·steepest(g)) (equation 7); a targeted step descends the loss of the wanted class. */
function momentumStep({ norm, targeted, stops }: MomentumStep): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const [x, x0, memory] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('memory', 'input')];
    const [label, epsilon] = [b.row('label', 'label'), b.row('epsilon', 'scalar')];
    const [stepSize, decay] = [b.row('stepSize', 'scalar'), b.row('decay', 'scalar')];
    const missed = b.misses(x, label);
    const slope = b.grad(b.loss('cross-entropy', x, label), x);
    const climb = targeted ? g.neg(finite(g, slope)) : finite(g, slope);
    const along = g.add(g.mul(perRow(g, decay, x), memory), unit(b, climb));
    const next = project(g, norm, g.add(x, g.mul(perRow(g, stepSize, x), steepest(g, norm, along))), x0, epsilon, b.range);
    const state = { x: next, memory: along, slope: normOf(g, 'linf', slope) };
    return stops ? { ...state, success: targeted ? g.not(missed) : missed } : state;
  };
}

/** Smaller gradients than this have no direction left in float32. */
const SMALLEST = 2e-38;

/** v/‖v‖₁, by way of its largest element, since the sum of a confident model's tiny gradients loses digits. */
function unit({ g }: GradientBuilder, v: Value): Value {
  const scaled = g.div(v, g.max(perRow(g, normOf(g, 'linf', v), v), g.scalar(SMALLEST, v)));
  return g.div(scaled, g.max(perRow(g, normOf(g, 'l1', scaled), scaled), g.scalar(1e-12, scaled)));
}
