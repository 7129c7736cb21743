/** Clip: min(max(x, low), high); either bound may be absent. */
import type { Value } from '../onnx/graph.ts';
import type { OpRule } from './rule.ts';
import { typeOf } from './shapes.ts';

/** d = [low ≤ x ≤ high]: 1 on the bounds themselves, as in PyTorch; bounds are constants and get no gradient. */
export const clip: OpRule = {
  type: 'Clip',
  family: 'unary',
  differentiable: 'exact',
  infer: (context) => [typeOf(context, 0)],
  gradient: ({ g, inputs, outputs, cotangents }) => {
    // Inside the bounds, clipping changes nothing: y = x exactly.
    const inside = g.cast(g.equal(inputs[0] as Value, outputs[0] as Value), (inputs[0] as Value).type);
    return [g.mul(cotangents[0] as Value, inside)];
  },
};
