/**
 * Forced refusal: drives a model that abstains below a confidence to do so, by climbing log Σ exp z − max z, the negative logarithm of its confidence
 * (an attack on availability as in the denial-of-decision attacks on rejecting classifiers; steps and projection of PGD, arXiv:1706.06083).
 */
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { type Norm, perRow, project, steepest } from '../../threat/ball.ts';

export interface RefusalStep {
  readonly norm: Norm;
  /** Below this confidence the model abstains. */
  readonly threshold: number;
}

/** x ← Π(x + α·steepest(∇ −log confidence)); success where the confidence of the incoming x is below the threshold. */
export function refusalStep({ norm, threshold }: RefusalStep): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const [x, x0] = [b.row('x', 'input'), b.row('x0', 'input')];
    const [epsilon, stepSize] = [b.row('epsilon', 'scalar'), b.row('stepSize', 'scalar')];
    const logits = b.logits(x);
    const top = g.reduceMax(logits, [1], true);
    const doubt = g.node('Log', [g.sum(g.exp(g.sub(logits, top)), [1])]);
    const slope = b.grad(doubt, x);
    const usable = g.where(g.less(g.abs(slope), g.scalar(Number.POSITIVE_INFINITY, slope)), slope, g.scalar(0, slope));
    const moved = g.add(x, g.mul(perRow(g, stepSize, x), steepest(g, norm, usable)));
    return {
      x: project(g, norm, moved, x0, epsilon, b.range),
      success: g.greater(doubt, g.scalar(-Math.log(threshold), doubt)),
    };
  };
}
