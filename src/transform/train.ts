/** A training step as one graph: loss, gradients with respect to the weights, and the optimiser's update. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { gradient } from './gradient.ts';

/** Adam's constants (Kingma & Ba, arXiv:1412.6980, algorithm 1). */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** A trainable weight with Adam's two moments; all three are inputs of the step. */
export interface AdamState {
  readonly weight: Value;
  readonly first: Value;
  readonly second: Value;
}

/** Declares a weight and its moments as inputs named `w:`, `m:` and `v:` + name. */
export function adamInputs(g: GraphBuilder, name: string, shape: readonly number[]): AdamState {
  const input = (prefix: string): Value => g.input(`${prefix}:${name}`, 'float32', shape);
  return { weight: input('w'), first: input('m'), second: input('v') };
}

/**
 * One Adam update of every weight on the scalar `loss`, with decoupled weight decay (Loshchilov & Hutter, arXiv:1711.05101).
 * @param rate scalar learning rate, already divided by the bias corrections: rate·√(1 − β₂ᵗ)/(1 − β₁ᵗ)
 * @returns the updated states, in order; a weight that the loss does not depend on comes back unchanged
 */
export function adamStep(g: GraphBuilder, loss: Value, states: readonly AdamState[], rate: Value, decay: Value): AdamState[] {
  const seed = { value: loss, cotangent: g.expand(g.scalar(1, loss), loss.shape) };
  const gradients = gradient(
    g,
    [seed],
    states.map(({ weight }) => weight),
  );
  return states.map(({ weight, first, second }, i) => {
    const slope = gradients[i];
    if (!slope) return { weight, first, second };
    const mix = (old: Value, fresh: Value, beta: number): Value =>
      g.add(g.mul(old, g.scalar(beta, old)), g.mul(fresh, g.scalar(1 - beta, old)));
    const m = mix(first, slope, BETA1);
    const v = mix(second, g.mul(slope, slope), BETA2);
    const step = g.mul(rate, g.div(m, g.add(g.sqrt(v), g.scalar(EPSILON, v))));
    return { weight: g.sub(g.sub(weight, step), g.mul(weight, decay)), first: m, second: v };
  });
}
