/** Steps towards another example's inner representation (Wang et al., USENIX Security 2018, equation 1; Sabour et al., arXiv:1511.05122, equation 1), by Auto-PGD in the ball. */
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { perRow } from '../../threat/ball.ts';
import { apgdFields, apgdStep, type Climbed } from './apgd-step.ts';

/** Share of the steps that must come nearer for the step size to stay: Auto-PGD's own. */
const RHO = 0.75;

export interface Approach {
  readonly x0: Float32Array;
  readonly start: Float32Array;
  /** The example whose representation is wanted; none: that in which every value is 0. */
  readonly goal?: Float32Array;
  readonly epsilon: number;
  readonly steps: number;
}

/** Runs of the step: the last looks at the point that the one before it leads to. */
export const runsOf = (steps: number): number => steps + 1;

export function mimicFields({ x0, start, goal, epsilon, steps }: Approach): Record<string, Float32Array | number> {
  // No class is aimed at; the steps of Auto-PGD have a field for it.
  return { ...apgdFields(x0, start, { epsilon, steps, rho: RHO }), ...(goal && { goal }), left: runsOf(steps), label: 0 };
}

/** On a target whose scores are a layer's values. A row ends with its nearest point in the field `x`, and −‖φ(x) − φ(goal)‖² in `bestLoss`. */
export function mimicStep(norm: 'linf' | 'l2', towards: 'goal' | 'zero'): (b: GradientBuilder) => Record<string, Value> {
  const nearness: Climbed = (b, x) => {
    const { g } = b;
    const values = b.logits(x);
    const gap = towards === 'goal' ? g.sub(values, b.logits(b.row('goal', 'input'))) : values;
    return g.neg(g.sum(g.mul(gap, gap), [1]));
  };
  const climb = apgdStep(norm, nearness);
  return (b) => {
    const { g } = b;
    // Whether the audited model is fooled only its own answer tells.
    const { success: _, ...state } = climb(b);
    const left = g.sub(b.row('left', 'scalar'), g.scalar(1));
    const isLast = perRow(g, g.less(left, g.scalar(0.5)), state.x as Value);
    return { ...state, left, x: g.where(isLast, state.best as Value, state.x as Value) };
  };
}
