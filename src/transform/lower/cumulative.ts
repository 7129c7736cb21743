/** Lowering of CumProd: products of growing length by doubling (Hillis & Steele, 1986), so that n factors take log₂ n steps. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { intOf, type Value } from '../../onnx/graph.ts';
import { axisOf } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';

/** x moved by `by` along the axis, 1 where nothing comes from. */
function moved(g: GraphBuilder, x: Value, axis: number, by: number): Value {
  const size = x.shape[axis] as number;
  const pads = Array<number>(2 * x.shape.length).fill(0);
  pads[axis] = by;
  return g.pad(g.slice(x, axis, 0, size - by), pads, g.cast(g.scalar(1), x.type));
}

const turned = (g: GraphBuilder, x: Value, axis: number): Value => g.slice(x, axis, -1, -(2 ** 31), -1);

export const cumProd: Lowering = async ({ g, node, input, numbers }) => {
  const axis = axisOf(node, (await numbers(1))?.[0] ?? 0, input(0).shape.length);
  const reverse = intOf(node, 'reverse', 0) === 1;
  let y = reverse ? turned(g, input(0), axis) : input(0);
  const size = y.shape[axis] as number;
  for (let by = 1; by < size; by *= 2) y = g.mul(y, moved(g, y, axis, by));
  if (intOf(node, 'exclusive', 0) === 1) y = moved(g, y, axis, 1);
  return [reverse ? turned(g, y, axis) : y];
};
