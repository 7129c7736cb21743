/** Plasma fractals by the diamond-square method (Fournier, Fussell & Carpenter, CACM 1982) on a torus, as ImageNet-C's fog uses them, as a graph. */
import type { GraphBuilder } from '../../../onnx/build.ts';
import type { Value } from '../../../onnx/graph.ts';

/** Side of the map: the power of two that covers the picture. */
export const mapSide = (height: number, width: number): number => 2 ** Math.ceil(Math.log2(Math.max(height, width, 2)));

/** Random numbers that a map of this side takes: one for each point but the first. */
export const mapDraws = (side: number): number => side * side - 1;

/**
 * A map [B, side, side] from numbers [B, side² − 1] uniform in [−1, 1). Each point is the mean of its four neighbours plus noise, whose size falls
 * by decay² with each halving of the step; scaled to [0, 1].
 */
export function plasma(g: GraphBuilder, noise: Value, side: number, decay: number): Value {
  const batch = noise.shape[0] as number;
  let used = 0;
  const take = (count: number): Value => {
    used += count * count;
    return g.reshape(g.slice(noise, 1, used - count * count, used), [batch, count, count]);
  };
  let corners = g.zeros([batch, 1, 1]);
  let size = 1;
  for (let count = 1; count < side; count *= 2) {
    const strength = g.scalar(size);
    const mean = (a: Value, b: Value, c: Value, d: Value): Value =>
      g.add(g.mul(g.add(g.add(a, b), g.add(c, d)), g.scalar(0.25)), g.mul(strength, take(count)));
    const below = rolled(g, corners, 1, -1);
    const centres = mean(corners, below, rolled(g, corners, 2, -1), rolled(g, below, 2, -1));
    const onRows = mean(centres, rolled(g, centres, 1, 1), corners, rolled(g, corners, 2, -1));
    const onColumns = mean(centres, rolled(g, centres, 2, 1), corners, below);
    corners = interleaved(g, interleaved(g, corners, onRows, 2), interleaved(g, onColumns, centres, 2), 1);
    size /= decay * decay;
  }
  return scaledToUnit(g, corners);
}

/** To [0, 1] by the smallest and largest value of each picture; x [B, …]. */
export function scaledToUnit(g: GraphBuilder, x: Value): Value {
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  const low = g.neg(g.reduceMax(g.neg(x), axes, true));
  const high = g.reduceMax(x, axes, true);
  return g.div(g.sub(x, low), g.max(g.sub(high, low), g.scalar(1e-12)));
}

/** Moved by one along an axis, round the torus; +1 takes the value before. */
function rolled(g: GraphBuilder, x: Value, axis: number, by: 1 | -1): Value {
  const size = x.shape[axis] as number;
  if (size === 1) return x;
  const cut = by === 1 ? size - 1 : 1;
  return g.concat([g.slice(x, axis, cut, size), g.slice(x, axis, 0, cut)], axis);
}

/** a0 b0 a1 b1 … along an axis of [B, h, w]. */
function interleaved(g: GraphBuilder, a: Value, b: Value, axis: 1 | 2): Value {
  const [batch, h, w] = a.shape as [number, number, number];
  const wide = axis === 1 ? [batch, h, 1, w] : [batch, h, w, 1];
  const both = g.concat([g.reshape(a, wide), g.reshape(b, wide)], axis + 1);
  return g.reshape(both, axis === 1 ? [batch, 2 * h, w] : [batch, h, 2 * w]);
}
