/** Elastic-net attack (Chen et al., arXiv:1709.04114, algorithm 1 with the momentum of FISTA) with the defaults of Foolbox's EADAttack. */
import * as z from 'zod';
import type { GradientBuilder } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { clipTo, normOf, perRow, type Range } from '../../threat/ball.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { clearance } from '../clearance.ts';
import { FAR, searchFields, searchParams, searchStep } from '../constant-search.ts';
import { iterate } from '../iterate.ts';
import { targetOf, targetParam, withGoals } from '../targets.ts';
import { finite } from './pgd.ts';

const params = z.object({
  ...searchParams.shape,
  stepSize: z.number().positive().default(0.01).describe('first step size; it falls to 0 with the square root of the steps left'),
  beta: z
    .number()
    .min(0)
    .default(0.01)
    .describe('what each step takes off every change, in input units: the more, the fewer elements change'),
  rule: z.enum(['en', 'l1']).default('en').describe('what the nearest point is nearest in: beta·L1 + L2², or L1 alone'),
  target: targetParam,
});

type Settings = Omit<z.infer<typeof params>, 'target' | 'initialConst'>;

export const ead = defineAttack({
  id: 'ead',
  name: 'Elastic-net attack',
  paper: 'arXiv:1709.04114',
  summary: 'Minimises margin and elastic net together: examples near in L1, where few elements change.',
  knowledge: 'gradients',
  norms: ['l1'],
  aim: 'minimal',
  params,
  most: ({ searchSteps, steps }) => ({ queries: 2 * searchSteps * steps, gradients: searchSteps * steps }),
  run: async (context, samples) => {
    const { target } = context;
    const { target: wanted, initialConst, ...settings } = context.params;
    const goals = await targetOf(wanted, target, samples);
    const fields = ({ index, x, label }: AttackSample): Record<string, Float32Array | number> => ({
      // The nearest point that fooled the model; the example itself until there is one.
      x,
      x0: x,
      nearest: FAR,
      label: goals?.get(index) ?? label,
      at: x,
      ahead: x,
      ...searchFields(initialConst),
    });
    const fooled = goals ? ({ index }: AttackSample, label: number) => label === goals.get(index) : undefined;
    const id = `ead ${goals ? 'targeted' : 'untargeted'} ${JSON.stringify(settings)}`;
    const [steps, define] = [settings.searchSteps * settings.steps, eadStep(settings, goals !== undefined)];
    return withGoals(await iterate(context, { id, steps, restarts: 1, fields, define }, samples, fooled), goals);
  },
});

/** x ← S_β(y − α·∇(‖y − x₀‖₂² + c·max(κ − m(y), 0))), y ← x + k/(k + 3)·(x − the x before) (equations 5, 7 and 8), m being by how much the margin is on the wanted side. */
function eadStep(settings: Settings, targeted: boolean): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const [x, x0, at, y] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('at', 'input'), b.row('ahead', 'input')];
    const [constant, step, best] = [b.row('constant', 'scalar'), b.row('step', 'scalar'), b.row('nearest', 'scalar')];
    const lead = (point: Value): { margin: Value; ahead: Value } => {
      const margin = b.loss('margin', point, b.row('label', 'label'));
      return { margin, ahead: g.sub(targeted ? g.neg(margin) : margin, g.scalar(settings.confidence)) };
    };
    const { margin, ahead } = lead(y);
    const raw = b.grad(margin, y);
    const lack = g.max(g.neg(ahead), g.scalar(0));
    const pull = g.where(g.greater(lack, g.scalar(0)), constant, g.scalar(0));
    const away = g.sub(y, x0);
    const slope = g.sub(g.mul(away, g.scalar(2)), g.mul(perRow(g, targeted ? g.neg(pull) : pull, y), finite(g, raw)));
    const share = g.sub(g.scalar(1), g.mul(step, g.scalar(1 / settings.steps)));
    const length = g.mul(g.sqrt(g.max(share, g.scalar(0))), g.scalar(settings.stepSize));
    const next = shrunk(g, g.sub(y, g.mul(perRow(g, length, y), slope)), { x0, beta: settings.beta, range: b.range });
    const momentum = g.div(step, g.add(step, g.scalar(3)));
    const further = g.add(next, g.mul(perRow(g, momentum, next), g.sub(next, at)));
    const fools = g.greater(lead(next).ahead, clearance(b, next));
    const size = sizeOf(g, settings, g.sub(next, x0));
    const isNearer = g.and(fools, g.less(size, best));
    const distance = normOf(g, 'l2', away);
    const { isOver, state } = searchStep(b, settings, fools, g.add(g.mul(distance, distance), g.mul(constant, lack)));
    return {
      ...state,
      at: g.where(perRow(g, isOver, next), x0, next),
      ahead: g.where(perRow(g, isOver, next), x0, further),
      x: g.where(perRow(g, isNearer, x), next, x),
      nearest: g.where(isNearer, size, best),
      slope: normOf(g, 'linf', raw),
    };
  };
}

/** What the nearest point is nearest in: [B]. */
function sizeOf(g: GraphBuilder, { rule, beta }: Pick<Settings, 'rule' | 'beta'>, away: Value): Value {
  const l1 = normOf(g, 'l1', away);
  if (rule === 'l1') return l1;
  const l2 = normOf(g, 'l2', away);
  return g.add(g.mul(l1, g.scalar(beta)), g.mul(l2, l2));
}

interface Shrinkage {
  readonly x0: Value;
  readonly beta: number;
  readonly range: Range | undefined;
}

/** Every change brought β nearer to 0, smaller ones undone, and the rest clipped to the range (equation 5). */
function shrunk(g: GraphBuilder, z: Value, { x0, beta, range }: Shrinkage): Value {
  const change = g.sub(z, x0);
  const kept = g.mul(g.sign(change), g.node('Relu', [g.sub(g.abs(change), g.scalar(beta))]));
  return clipTo(g, g.add(x0, kept), range);
}
