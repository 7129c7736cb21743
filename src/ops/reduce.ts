/** What all reductions share: their shape, and putting the reduced axes back. */
import { intOf, type Value, type ValueType } from '../onnx/graph.ts';
import { numbers, type Tensor } from '../onnx/tensor.ts';
import type { GradientContext, InferContext } from './rule.ts';
import { axisOf, constantNumbers, typeOf } from './shapes.ts';

/** The output type of a reduction over the constant axes of input 1 (all axes where it is absent). */
export function reduced(context: InferContext): ValueType[] {
  const x = typeOf(context, 0);
  const rank = x.shape.length;
  const listed = context.inputs[1] ? constantNumbers(context, 1, 'axes') : [...Array(rank).keys()];
  const axes = new Set(listed.map((axis) => axisOf(context.node, axis, rank)));
  const keep = intOf(context.node, 'keepdims', 1) === 1;
  const shape = x.shape.flatMap((dim, i) => (axes.has(i) ? (keep ? [1] : []) : [dim]));
  return [{ type: x.type, shape }];
}

/** The axes of a reduction in a finished graph, counted from the front. */
export function axesOf({ g, node, inputs }: GradientContext): number[] {
  const rank = (inputs[0] as Value).shape.length;
  const axes = inputs[1];
  return axes ? numbers(g.tensor(axes) as Tensor).map((axis) => axisOf(node, axis, rank)) : [...Array(rank).keys()];
}

/** A value of the reduced shape (with leading dimensions) with size-1 axes where it was reduced, ready to broadcast. */
export function unreduced(context: GradientContext, value: Value, lead = context.lead): Value {
  const axes = new Set(axesOf(context));
  const shape = (context.inputs[0] as Value).shape.map((dim, i) => (axes.has(i) ? 1 : dim));
  return context.g.reshape(value, [...value.shape.slice(0, lead), ...shape]);
}
