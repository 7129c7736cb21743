/** Norm balls around an input as graphs: projection onto the ball, and the direction of steepest ascent in it. Everything is per row. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { int } from '../onnx/graph.ts';
import { floats, sizeOf } from '../onnx/tensor.ts';

export const NORMS = ['linf', 'l2', 'l1'] as const;
export type Norm = (typeof NORMS)[number];

/** One number for all elements of a row, or one for each. */
export type Bound = number | readonly number[];
/** The values that elements can take and, where some of them may not change at all, which may. */
export type Range = readonly [low: Bound, high: Bound, movable?: readonly boolean[]];

export const boundAt = (bound: Bound, i: number): number => (typeof bound === 'number' ? bound : (bound[i] as number));

/** A bound as a value that broadcasts over x; where it differs between elements, x is [B, size]. */
export function bound(g: GraphBuilder, of: Bound, x: Value): Value {
  return typeof of === 'number' ? g.scalar(of, x) : g.constant(floats(of, [1, of.length], x.type));
}

/** x brought into the range; where bounds differ between elements, x is [B, size]. */
export function clipTo(g: GraphBuilder, x: Value, range: Range | undefined): Value {
  if (!range) return x;
  const [low, high] = range;
  if (typeof low === 'number' && typeof high === 'number') return g.clip(x, low, high);
  return g.max(g.min(x, bound(g, high, x)), bound(g, low, x));
}

/** x [B, size] with 0 in place of the elements that may not change. */
export function movedOnly(g: GraphBuilder, x: Value, range: Range | undefined): Value {
  const movable = range?.[2];
  if (!movable || movable.every(Boolean)) return x;
  return g.mul(x, g.constant(floats(movable.map(Number), [1, movable.length], x.type)));
}

/** The slope at x [B, …] with 0 in place of the elements that the range lets go no further along it. */
export function inward(g: GraphBuilder, slope: Value, x: Value, range: Range | undefined): Value {
  if (!range) return slope;
  const zero = g.scalar(0, slope);
  const [least, most] = [bound(g, range[0], x), bound(g, range[1], x)];
  const up = g.and(g.greater(slope, zero), g.less(x, most));
  const down = g.and(g.less(slope, zero), g.greater(x, least));
  return g.where(g.node('Or', [up, down]), slope, zero);
}

/** A per-row number [B] shaped to broadcast over x [B, …]. */
export function perRow(g: GraphBuilder, value: Value, x: Value): Value {
  return g.reshape(value, [x.shape[0] as number, ...x.shape.slice(1).map(() => 1)]);
}

const rest = (x: Value): number[] => x.shape.slice(1).map((_, i) => i + 1);
const TINY = 1e-12;
/** Just above the smallest normal float32. */
const SMALLEST = 2e-38;

/** The norm of each row of d [B, …]: [B]. `l0` counts the elements that are not zero. */
export function normOf(g: GraphBuilder, norm: Norm | 'l0', d: Value): Value {
  if (norm === 'linf') return g.reduceMax(g.abs(d), rest(d));
  if (norm === 'l1') return g.sum(g.abs(d), rest(d));
  if (norm === 'l2') return g.sqrt(g.sum(g.mul(d, d), rest(d)));
  return g.sum(g.cast(g.not(g.equal(d, g.scalar(0, d))), d.type), rest(d));
}

/** The dual norm of each row of a gradient [B, …]: by how much a unit step of `steepest` raises what it is the gradient of. */
export function dualNormOf(g: GraphBuilder, norm: Norm, gradient: Value): Value {
  const largest = normOf(g, 'linf', gradient);
  if (norm === 'l1') return largest;
  if (norm === 'linf') return normOf(g, 'l1', gradient);
  // The squares of a confident model's gradients underflow.
  return g.mul(largest, normOf(g, 'l2', g.div(gradient, perRow(g, g.max(largest, g.scalar(SMALLEST, gradient)), gradient))));
}

/** The point of the ball of radius `epsilon` [B] around x0 that is nearest to x, then clipped to the data's range. */
export function project(g: GraphBuilder, norm: Norm, x: Value, x0: Value, epsilon: Value, range: Range | undefined): Value {
  const radius = perRow(g, epsilon, x);
  const inside = norm === 'linf' ? g.max(g.min(x, g.add(x0, radius)), g.sub(x0, radius)) : g.add(x0, shrunk(g, norm, g.sub(x, x0), radius));
  return clipTo(g, inside, range);
}

function shrunk(g: GraphBuilder, norm: 'l2' | 'l1', d: Value, radius: Value): Value {
  if (norm === 'l1') return ontoL1(g, d, radius);
  const size = perRow(g, normOf(g, 'l2', d), d);
  return g.mul(d, g.min(g.scalar(1, d), g.div(radius, g.max(size, g.scalar(TINY, d)))));
}

/**
 * Euclidean projection onto the L1 ball by sorting (Duchi et al. 2008, figure 1): θ = max over k of (Σ of the k largest |d| − radius)/k,
 * and the projection is sign(d)·max(|d| − θ, 0).
 */
function ontoL1(g: GraphBuilder, d: Value, radius: Value): Value {
  const [batch, size] = [d.shape[0] as number, sizeOf(d.shape.slice(1))];
  const magnitude = g.reshape(g.abs(d), [batch, size]);
  const sorted = g.nodes1('TopK', [magnitude, g.ints([size])], { axis: int(-1) }, 2)[0] as Value;
  const sums = g.node('CumSum', [sorted, g.scalar(1, { type: 'int64' })]);
  const counts = g.add(g.node('CumSum', [g.expand(g.scalar(1, d), [1, size]), g.scalar(1, { type: 'int64' })]), g.scalar(0, d));
  const excess = g.div(g.sub(sums, g.reshape(radius, [batch, 1])), counts);
  const theta = g.max(g.reduceMax(excess, [1]), g.scalar(0, d));
  return g.mul(g.sign(d), g.node('Relu', [g.sub(g.abs(d), perRow(g, theta, d))]));
}

/**
 * The unit step of steepest ascent: sign(g) for Linf, g/‖g‖₂ for L2, and all mass on the largest |g| for L1 (the dual norm's maximiser).
 * A zero gradient gives a zero step.
 */
export function steepest(g: GraphBuilder, norm: Norm, gradient: Value): Value {
  if (norm === 'linf') return g.sign(gradient);
  if (norm === 'l2') {
    // Scaled by its largest element first: the squares of a confident model's gradients underflow.
    const scaled = g.div(gradient, g.max(perRow(g, normOf(g, 'linf', gradient), gradient), g.scalar(SMALLEST, gradient)));
    return g.div(scaled, g.max(perRow(g, normOf(g, 'l2', scaled), scaled), g.scalar(TINY, scaled)));
  }
  const [batch, size] = [gradient.shape[0] as number, sizeOf(gradient.shape.slice(1))];
  const flat = g.reshape(gradient, [batch, size]);
  const at = g.node('ArgMax', [g.abs(flat)], { axis: int(1), keepdims: int(1) });
  const chosen = g.cast(g.equal(g.ints(Array.from({ length: size }, (_, i) => i)), at), gradient.type);
  return g.reshape(g.mul(g.sign(flat), chosen), gradient.shape);
}
