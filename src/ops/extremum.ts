/** ReduceMax and ReduceMin: the gradient goes to the first of the extreme elements. */
import { int, type Value } from '../onnx/graph.ts';
import { floats, sizeOf } from '../onnx/tensor.ts';
import { ends } from './intervals.ts';
import { axesOf, reduced, unreduced } from './reduce.ts';
import type { OpRule } from './rule.ts';

export function extremum(type: 'ReduceMax' | 'ReduceMin'): OpRule {
  return {
    type,
    family: 'selection',
    differentiable: 'exact',
    interval: ends,
    infer: reduced,
    gradient: (context) => {
      const { g, inputs, outputs, cotangents } = context;
      const x = inputs[0] as Value;
      const axes = axesOf(context);
      const hit = g.cast(g.equal(x, unreduced(context, outputs[0] as Value, 0)), x.type);
      // Earlier positions weigh more, so the largest weight among the hits is the first one.
      const weight = g.mul(hit, g.constant(descending(x.shape, axes, x.type)));
      const first = g.node('ReduceMax', [weight, g.ints(axes)], { keepdims: int(1) });
      const mask = g.mul(hit, g.cast(g.equal(weight, first), x.type));
      return [g.mul(unreduced(context, cotangents[0] as Value), mask)];
    },
  };
}

/** n, n − 1, …, 1 over the reduced axes, broadcast over the others (exact in float32 up to 2^24 elements). */
function descending(shape: readonly number[], axes: readonly number[], type: Value['type']): ReturnType<typeof floats> {
  const ramp = shape.map((dim, i) => (axes.includes(i) ? dim : 1));
  const n = sizeOf(ramp);
  return floats(
    Array.from({ length: n }, (_, i) => n - i),
    ramp,
    type,
  );
}
