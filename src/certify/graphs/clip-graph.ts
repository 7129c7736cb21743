/**
 * Shrinks boxes to where a violation is not yet excluded, as a graph (relaxed clipping, Zhou et al., Clip-and-Verify, arXiv:2512.11087): where a violation
 * needs a·x + d ≤ offset, each coordinate gets at most what the others leave it.
 */
import type { StaticGraph } from '../../onnx/graph.ts';
import { newGraph } from '../../ops/table.ts';

/** Of a coordinate's size, and of its box's width: what the computation may be off by. */
const [ROUNDING, SHARE] = [2 ** -20, 2 ** -16];

/**
 * Inputs: `slope` a [S, B, n], `left` [S, B], by how much the least value of a·x + d over the box exceeds the offset (negative while open), `lower` and
 * `upper` [B, n]. Outputs: `lower`, `upper` [B, n]; a box whose ends have crossed is empty.
 */
export function clipGraph(rows: number, batch: number, size: number): StaticGraph {
  const g = newGraph();
  const a = g.input('slope', 'float32', [rows, batch, size]);
  const left = g.input('left', 'float32', [rows, batch]);
  const lower = g.input('l', 'float32', [batch, size]);
  const upper = g.input('u', 'float32', [batch, size]);
  const tiny = g.scalar(1e-20);
  // What a_i·x_i may rise to above its least value: −left, if all others stay at theirs.
  const room = g.reshape(g.node('Relu', [g.neg(left)]), [rows, batch, 1]);
  const step = g.div(room, g.max(g.abs(a), tiny));
  const width = g.sub(upper, lower);
  const size_ = g.max(g.abs(lower), g.abs(upper));
  const slack = g.add(g.mul(size_, g.scalar(ROUNDING)), g.mul(width, g.scalar(SHARE)));
  const reach = g.add(step, slack);
  const rises = g.greater(a, tiny);
  const falls = g.less(a, g.neg(tiny));
  const high = g.min(upper, g.where(rises, g.add(lower, reach), upper));
  const low = g.max(lower, g.where(falls, g.sub(upper, reach), lower));
  // −max(−x) is the least over the rows.
  return g.finish({ lower: g.reduceMax(low, [0]), upper: g.neg(g.reduceMax(g.neg(high), [0])) }, 'clip');
}
