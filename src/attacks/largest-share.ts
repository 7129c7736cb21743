/** The elements of largest magnitude, as many in each row as the row asks for, as a graph. Sorting rows costs more than many a model. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { normOf, perRow } from '../threat/ball.ts';

/** Elements smaller than the largest by more than this factor are never among those marked. */
const DEPTH = 2 ** -40;
/** Halvings of the threshold's exponent: what is within a two-thousandth of the threshold counts as well. */
const HALVINGS = 16;
/** Just above the smallest normal float32. */
const SMALLEST = 2e-38;

/** 1 at the `count` [B] largest elements of each row of x [B, …] (rounded, at least one), 0 elsewhere, found by bisection on the threshold's logarithm. */
export function largestShare(g: GraphBuilder, x: Value, count: Value): Value {
  const [batch, size] = [x.shape[0] as number, sizeOf(x.shape.slice(1))];
  const largest = perRow(g, g.max(normOf(g, 'linf', x), g.scalar(SMALLEST, x)), x);
  const relative = g.reshape(g.div(g.abs(x), largest), [batch, size]);
  const wanted = g.reshape(g.max(g.sub(count, g.scalar(0.5, x)), g.scalar(1, x)), [batch, 1]);
  const reach = (threshold: Value): Value => g.cast(g.not(g.less(relative, threshold)), x.type);
  let [low, high] = [g.add(g.mul(wanted, g.scalar(0, x)), g.scalar(Math.log2(DEPTH), x)), g.mul(wanted, g.scalar(0, x))];
  const power = (exponent: Value): Value => g.exp(g.mul(exponent, g.scalar(Math.LN2, x)));
  for (let i = 0; i < HALVINGS; i++) {
    const middle = g.mul(g.add(low, high), g.scalar(0.5, x));
    const isEnough = g.not(g.less(g.sum(reach(power(middle)), [1], true), wanted));
    [low, high] = [g.where(isEnough, middle, low), g.where(isEnough, high, middle)];
  }
  return g.reshape(reach(power(low)), x.shape);
}
