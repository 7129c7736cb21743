/** Lowerings of quantisation: integers are seen as the floats that they stand for. */
import { intOf, type Value } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Lowering } from './context.ts';

/** Scale or zero point, shaped to broadcast along `axis` where it is a vector. */
function along(g: GraphBuilder, value: Value, axis: number, rank: number): Value {
  if (value.shape.length === 0 || value.shape[0] === 1) return g.reshape(value, []);
  const at = axis < 0 ? axis + rank : axis;
  return g.reshape(value, [value.shape[0] as number, ...Array(rank - at - 1).fill(1)]);
}

/** y = (x − zero point)·scale */
export const dequantizeLinear: Lowering = ({ g, node, input, inputs }) => {
  const [x, scale, zero] = [input(0), input(1), inputs[2]];
  const [axis, rank] = [intOf(node, 'axis', 1), x.shape.length];
  const wide = g.cast(x, scale.type);
  const centred = zero ? g.sub(wide, along(g, g.cast(zero, scale.type), axis, rank)) : wide;
  return [g.mul(centred, along(g, scale, axis, rank))];
};
