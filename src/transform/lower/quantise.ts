/** Lowerings of quantisation: integers are seen as the floats that they stand for. */

import type { GraphBuilder } from '../../onnx/build.ts';
import { int, intOf, type Value } from '../../onnx/graph.ts';
import { axisOf } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';

/** Scale or zero point, shaped to broadcast along `axis` where it is a vector. */
function along(g: GraphBuilder, value: Value, axis: number, rank: number): Value {
  if (value.shape.length === 0 || value.shape[0] === 1) return g.reshape(value, []);
  const at = axis < 0 ? axis + rank : axis;
  return g.reshape(value, [value.shape[0] as number, ...Array(rank - at - 1).fill(1)]);
}

/** Scale or zero point of blocks along `axis` (opset 21), repeated for every element. */
function blocked(g: GraphBuilder, value: Value, axis: number, { block, size }: { block: number; size: number }): Value {
  return g.node('Gather', [value, g.ints(Array.from({ length: size }, (_, i) => Math.floor(i / block)))], { axis: int(axis) });
}

/** y = (x − zero point)·scale */
export const dequantizeLinear: Lowering = ({ g, node, input, inputs }) => {
  const [x, scale, zero] = [input(0), input(1), inputs[2]];
  const [axis, rank] = [intOf(node, 'axis', 1), x.shape.length];
  const wide = g.cast(x, scale.type);
  const block = intOf(node, 'block_size', 0);
  const shaped = (value: Value): Value => {
    if (block === 0) return along(g, value, axis, rank);
    const at = axisOf(node, axis, rank);
    return blocked(g, value, at, { block, size: x.shape[at] as number });
  };
  const centred = zero ? g.sub(wide, shaped(g.cast(zero, scale.type))) : wide;
  return [g.mul(centred, shaped(scale))];
};
