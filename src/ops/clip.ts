/** Clip: min(max(x, low), high); either bound may be absent. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { numbers } from '../onnx/tensor.ts';
import { ends } from './intervals.ts';
import type { OpRule } from './rule.ts';
import { typeOf } from './shapes.ts';

/**
 * d = [low ≤ x ≤ high]: 1 on the bounds themselves, as in PyTorch's clamp, so that a clip at the model's entrance does not mask the gradient of
 * pixels at 0 or 1. Behind a layer (ReLU6, hardtanh) it is [low < y < high], as PyTorch has it there; reading only y lets the runtime
 * fuse the clip into the convolution. Bounds get no gradient.
 */
export const clip: OpRule = {
  type: 'Clip',
  family: 'unary',
  differentiable: 'exact',
  interval: ends,
  infer: (context) => [typeOf(context, 0)],
  gradient: ({ g, inputs, outputs, cotangents }) => {
    const [x, low, high] = inputs as readonly [Value, Value | undefined, Value | undefined];
    const [y, cotangent] = [outputs[0] as Value, cotangents[0] as Value];
    if (!LAYERS.has(g.producer(x)?.op ?? '')) return [g.mul(cotangent, g.cast(g.equal(x, y), x.type))];
    const [from, to] = [low, high].map((bound) => scalarOf(g, bound));
    const above = low ? [from === 0 ? g.positive(y) : g.positive(g.sub(y, low))] : [];
    const below = high ? [to === undefined ? g.positive(g.sub(high, y)) : g.below(y, to)] : [];
    return [[...above, ...below].reduce((gradient, mask) => g.mul(gradient, mask), cotangent)];
  },
};

/** Operators that the runtime fuses a clip into. */
const LAYERS = new Set(['Conv', 'ConvTranspose', 'Gemm']);

function scalarOf(g: GraphBuilder, bound: Value | undefined): number | undefined {
  const tensor = bound && g.tensor(bound);
  return tensor && numbers(tensor)[0];
}
