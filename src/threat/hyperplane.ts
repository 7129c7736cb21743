/** The shortest way from a point onto a hyperplane inside the data's range, in the three norms, as graphs; everything is per row. */
import type { GraphBuilder } from '../onnx/build.ts';
import { int, type Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { bound, type Norm, normOf, perRow, type Range } from './ball.ts';

/** Room where there is no range; squares and sums over a row stay finite. */
const FAR = 1e30;
/** Just above the smallest normal float32. */
const SMALLEST = 2e-38;
/**
 * Newton steps from the left on a concave, piecewise linear function: they never overshoot, and end at the root once they are on its piece.
 * Of 10 000 random rows each (up to 3072 elements, up to nine in ten at a border, normals of light and of heavy tails) Linf needed at most 8 to come within a
 * millionth; L2 more than 12 in three, which then end short of the plane by little.
 */
const NEWTON = { linf: 8, l2: 12 } as const;

export interface Hyperplane {
  /** Normal vectors [B, …]. */
  readonly normal: Value;
  /** normal·x − b of the point x that is to be brought there: [B]. */
  readonly offset: Value;
}

/**
 * d [B, …] of the least norm with normal·(x + d) = b and x + d in the range, as solved in Croce & Hein (arXiv:1907.02044, section 2.2, equations 5 to 7);
 * where the range ends before the hyperplane, the way to the corner that is nearest to it.
 * With λ = |d| for the elements that the range leaves free, Σ |wᵢ| min(λ sᵢ, roomᵢ) = |offset|, where s = 1 in Linf and |w| in L2; in L1 the elements with the largest |w| go first.
 */
export function ontoHyperplane(g: GraphBuilder, norm: Norm, x: Value, plane: Hyperplane, range: Range | undefined): Value {
  const [batch, size] = [x.shape[0] as number, sizeOf(x.shape.slice(1))];
  // A hyperplane stays the same when its equation is scaled; small gradients would underflow.
  const largest = g.max(normOf(g, 'linf', plane.normal), g.scalar(SMALLEST, x));
  const sign = g.where(g.less(plane.offset, g.scalar(0, x)), g.scalar(-1, x), g.scalar(1, x));
  const along = g.mul(g.div(plane.normal, perRow(g, largest, x)), perRow(g, sign, x));
  const target = g.reshape(g.min(g.div(g.abs(plane.offset), largest), g.scalar(FAR, x)), [batch, 1]);
  const weight = g.reshape(g.abs(along), [batch, size]);
  const room = g.reshape(roomBelow(g, x, along, range), [batch, size]);
  const length = norm === 'l1' ? dearestFirst(g, weight, room, target) : level(g, norm, weight, room, target);
  return g.neg(g.mul(g.sign(along), g.reshape(length, x.shape)));
}

/** How far each element may go against `along`. */
function roomBelow(g: GraphBuilder, x: Value, along: Value, range: Range | undefined): Value {
  if (!range) return g.expand(g.scalar(FAR, x), x.shape);
  const [low, high] = [bound(g, range[0], x), bound(g, range[1], x)];
  const room = g.where(g.greater(along, g.scalar(0, x)), g.sub(x, low), g.sub(high, x));
  return g.max(g.min(room, g.scalar(FAR, x)), g.scalar(0, x));
}

/** min(λ·s, room), λ being the root of Σ weight·min(λ·s, room) = target. */
function level(g: GraphBuilder, norm: 'linf' | 'l2', weight: Value, room: Value, target: Value): Value {
  const zero = g.scalar(0, weight);
  const filled = (at: Value): Value => g.min(norm === 'linf' ? at : g.mul(at, weight), room);
  const pace = norm === 'linf' ? weight : g.mul(weight, weight);
  let at = g.mul(target, zero);
  for (let i = 0; i < NEWTON[norm]; i++) {
    const now = filled(at);
    const missing = g.max(g.sub(target, g.sum(g.mul(weight, now), [1], true)), zero);
    const slope = g.sum(g.mul(pace, g.cast(g.less(now, room), weight.type)), [1], true);
    // Nothing is free any more where the slope is 0.
    at = g.add(at, g.where(g.greater(slope, zero), g.div(missing, g.max(slope, g.scalar(SMALLEST, weight))), zero));
  }
  return filled(at);
}

/** The whole room of the elements with the largest weight, until the target is reached; those with the weight at which it is share what is missing. */
function dearestFirst(g: GraphBuilder, weight: Value, room: Value, target: Value): Value {
  const [batch, size] = weight.shape as [number, number];
  const gain = g.mul(weight, room);
  const [sorted, places] = g.nodes1('TopK', [weight, g.ints([size])], { axis: int(1) }, 2) as [Value, Value];
  const rowStarts = g.reshape(g.ints(Array.from({ length: batch }, (_, i) => i * size)), [batch, 1]);
  const inOrder = g.node('Gather', [g.reshape(gain, [batch * size]), g.add(places, rowStarts)]);
  const before = g.node('CumSum', [inOrder, g.scalar(1, { type: 'int64' })], { exclusive: int(1) });
  const needed = g.less(before, target);
  // Sorted weights fall, so the last that is needed is the smallest of them.
  const last = g.neg(g.reduceMax(g.where(needed, g.neg(sorted), g.scalar(-FAR, weight)), [1], true));
  const [above, beside] = [g.greater(weight, last), g.equal(weight, last)];
  const sumOver = (flag: Value): Value => g.sum(g.where(flag, gain, g.scalar(0, gain)), [1], true);
  const share = g.div(g.max(g.sub(target, sumOver(above)), g.scalar(0, weight)), g.max(sumOver(beside), g.scalar(SMALLEST, weight)));
  const partial = g.mul(room, g.min(share, g.scalar(1, weight)));
  return g.where(above, room, g.where(beside, partial, g.scalar(0, weight)));
}
