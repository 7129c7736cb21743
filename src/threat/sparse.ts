/** L0 in graphs: the few elements of each row that may change. */
import type { GraphBuilder } from '../onnx/build.ts';
import { int, type Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { perRow } from './ball.ts';

/** d [B, …] with only the `count` [B] elements of the largest size in each row, the first of equal ones: the projection onto the L0 ball. */
export function keepLargest(g: GraphBuilder, d: Value, count: Value): Value {
  const [batch, size] = [d.shape[0] as number, sizeOf(d.shape.slice(1))];
  const magnitude = g.reshape(g.abs(d), [batch, size]);
  const order = g.nodes1('TopK', [magnitude, g.ints([size])], { axis: int(-1) }, 2)[1] as Value;
  // The order of an order is each element's rank.
  const rank = g.nodes1('TopK', [g.cast(order, 'float32'), g.ints([size])], { axis: int(-1), largest: int(0) }, 2)[1] as Value;
  const kept = g.less(g.cast(g.reshape(rank, d.shape), 'float32'), perRow(g, count, d));
  return g.where(kept, d, g.scalar(0, d));
}
