/**
 * The least value of a linear function a·z over a ball in L1 around 0 and a box at once: the way of ρ is spent where |a| is largest, up to the box's end on the
 * side that lowers a·z. By duality, for every λ ≥ 0 and with dᵢ the distance of that end,
 *   a·z ≥ −Σᵢ max(|aᵢ| − λ, 0)·dᵢ − λρ,
 * and the best λ is the |aᵢ| at which the distances of all larger ones first add up to ρ.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import type { Bound, Side } from './least-in-ball.ts';
import { EXTRA, scaled } from './rounding.ts';

/** Halvings of [0, max |a|]: to the resolution of float32. */
const HALVINGS = 24;

/** @param radius [B, 1] */
export function leastInDiamond(g: GraphBuilder, { slope, low, high }: Side, radius: Value): Bound {
  const zero = g.scalar(0, slope);
  const sizes = g.abs(slope);
  const distances = g.node('Dropout', [g.where(g.greater(slope, zero), g.max(g.neg(low), zero), g.max(high, zero))]);
  const limit = limitOf(g, g.node('Dropout', [sizes]), distances, radius);
  const above = g.node('Relu', [g.sub(sizes, limit)]);
  const sum = g.sum(g.mul(above, distances), [2], true);
  const parts = g.mul(g.mul(g.positive(above), sizes), distances);
  const spent = g.mul(limit, radius);
  const flat = (value: Value): Value => g.reshape(value, value.shape.slice(0, -1));
  const error = scaled(g, g.add(g.sum(parts, [2], true), spent), (slope.shape[2] as number) + EXTRA);
  return { value: flat(g.neg(g.add(sum, spent))), error: flat(error) };
}

/** λ, [S, B, 1]: the distances of sizes above it add up to the radius at most. */
function limitOf(g: GraphBuilder, sizes: Value, distances: Value, radius: Value): Value {
  const most = g.reduceMax(sizes, [2], true);
  let [from, to] = [g.mul(most, g.scalar(0, most)), most];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = g.mul(g.add(from, to), g.scalar(0.5, from));
    const spent = g.sum(g.mul(g.cast(g.greater(sizes, middle), 'float32'), distances), [2], true);
    const isLow = g.greater(spent, radius);
    [from, to] = [g.where(isLow, middle, from), g.where(isLow, to, middle)];
  }
  return to;
}
