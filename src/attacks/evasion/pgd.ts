/** Projected gradient descent (Madry et al., arXiv:1706.06083) with the defaults of Foolbox's LinfPGD and L2PGD; in L1 with sparse steps (arXiv:1904.13000). */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { keyedRng } from '../../rng/rng.ts';
import { type Norm, perRow, project, steepest } from '../../threat/ball.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { randomStart } from '../random-start.ts';
import { SPARSITY, sparseStep } from '../sparse-step.ts';
import { targetOf, targetParam, withGoals } from '../targets.ts';

/** Foolbox: Linf 40 steps of 0.01/0.3·ε, L2 50 steps of 0.025·ε; L1 50 of CleverHans' SparseL1Descent, 1 for ε = 10. */
const REFERENCE: Readonly<Record<Norm, { steps: number; relative: number }>> = {
  linf: { steps: 40, relative: 0.01 / 0.3 },
  l2: { steps: 50, relative: 0.025 },
  l1: { steps: 50, relative: 0.1 },
};

export const pgd = defineAttack({
  id: 'pgd',
  name: 'Projected gradient descent',
  paper: 'arXiv:1706.06083',
  summary: 'Climbs the loss in small steps and returns to the ball after each; the standard test of robustness to gradients.',
  knowledge: 'gradients',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  params: z.object({
    steps: z.int().min(1).optional().describe('gradient steps (default 40 for linf, 50 for l2 and l1)'),
    stepSize: z
      .number()
      .positive()
      .optional()
      .describe(
        'length of a step in input units (default epsilon/30 for linf, epsilon/40 for l2, epsilon/10 for l1; longer where there are fewer steps than by default, so that they go as far)',
      ),
    randomStart: z.boolean().default(true).describe('start at a random point of the ball'),
    restarts: z.int().min(1).default(1).describe('random starts; later ones only on examples that still stand'),
    loss: z.enum(['cross-entropy', 'margin']).default('cross-entropy').describe('what the steps climb'),
    earlyStop: z.boolean().default(true).describe('stop an example at the first point that fools the model'),
    target: targetParam,
  }),
  run: async (context, samples) => {
    const { norm, epsilon, params, target, seed } = context;
    const { steps, stepSize } = strideOf(norm, epsilon, params);
    const goals = await targetOf(params.target, target, samples);
    const fields = (sample: AttackSample, restart: number): Record<string, Float32Array | number> => ({
      x0: sample.x,
      x: params.randomStart
        ? randomStart(keyedRng(seed, 'pgd', sample.index, restart), norm, sample.x, epsilon, rangeOf(target.preprocessing))
        : sample.x,
      label: goals?.get(sample.index) ?? sample.label,
      epsilon,
      stepSize,
    });
    const define = pgdStep({ norm, loss: params.loss, targeted: goals !== undefined, sparsity: SPARSITY, stops: params.earlyStop });
    const id = `pgd ${norm} ${params.loss} ${goals ? 'targeted' : 'untargeted'}${params.earlyStop ? '' : ' to the end'}`;
    const fooled = goals ? (sample: AttackSample, label: number) => label === goals.get(sample.index) : undefined;
    const restarts = params.randomStart ? params.restarts : 1;
    return withGoals(await iterate(context, { id, steps, restarts, fields, define }, samples, fooled), goals);
  },
});

/** How many steps of which length, in input units, these parameters mean. */
export function strideOf(
  norm: Norm,
  epsilon: number,
  params: { readonly steps?: number | undefined; readonly stepSize?: number | undefined },
): { steps: number; stepSize: number } {
  const steps = params.steps ?? REFERENCE[norm].steps;
  return { steps, stepSize: params.stepSize ?? stepFor(norm, steps) * epsilon };
}

/** In parts of epsilon. With the reference's step fewer steps than the reference's would not cross the ball. */
function stepFor(norm: Norm, steps: number): number {
  const { relative, steps: usual } = REFERENCE[norm];
  return relative * Math.max(1, usual / steps);
}

export interface PgdStep {
  readonly norm: Norm;
  readonly loss: 'cross-entropy' | 'margin';
  readonly targeted: boolean;
  /** In L1: the share of the elements that a step leaves alone; all but the steepest one when absent. */
  readonly sparsity?: number;
  /** Report success of the incoming point, at which the row then ends. */
  readonly stops: boolean;
}

/** x ← Π(x + α·steepest(∇ loss)), equation 3 of section 2.1; a targeted step descends the loss of the wanted class instead. */
export function pgdStep({ norm, loss, targeted, sparsity, stops }: PgdStep): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const [x, x0] = [b.row('x', 'input'), b.row('x0', 'input')];
    const [label, epsilon, stepSize] = [b.row('label', 'label'), b.row('epsilon', 'scalar'), b.row('stepSize', 'scalar')];
    const missed = b.misses(x, label);
    const slope = b.grad(b.loss(loss, x, label), x);
    const climb = targeted ? g.neg(finite(g, slope)) : finite(g, slope);
    const direction =
      norm === 'l1' && sparsity !== undefined ? sparseStep(g, climb, x, { range: b.range, sparsity }) : steepest(g, norm, climb);
    const next = project(g, norm, g.add(x, g.mul(perRow(g, stepSize, x), direction)), x0, epsilon, b.range);
    const axes = x.shape.slice(1).map((_, i) => i + 1);
    const state = { x: next, slope: g.reduceMax(g.abs(slope), axes) };
    return stops ? { ...state, success: targeted ? g.not(missed) : missed } : state;
  };
}

/** NaN and infinite derivatives as 0: one of them must not turn the whole row into NaN, which no model decides. */
export function finite(g: GradientBuilder['g'], slope: Value): Value {
  return g.where(g.less(g.abs(slope), g.scalar(Number.POSITIVE_INFINITY, slope)), slope, g.scalar(0, slope));
}
