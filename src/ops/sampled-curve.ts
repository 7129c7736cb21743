/** Lines around smooth functions that are neither convex nor S-shaped: extremes over a grid, with what the curvature allows between its points. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import { between, type Curve, chordOf, middleOf, relaxation } from './curves.ts';
import type { Interval, Relaxation, RelaxContext } from './rule.ts';

export interface SmoothCurve extends Curve {
  /** −bends.down ≤ f'' ≤ bends.up everywhere. */
  readonly bends: { readonly down: number; readonly up: number };
  /** least ≤ f(x) ≤ max(x, 0) */
  readonly least: number;
}

const CELLS = 48;

/** Where the grid's cells are wider than 2, what holds everywhere is better. */
const WIDEST = 2 * CELLS;

/**
 * Above: the chord's slope; below: that of the tangent in the middle. `choice` takes the slope at a point from l to u instead. Between grid points h apart
 * f(x) − k·x is at most bends.down·h²/8 above, and bends.up·h²/8 below, the line through both.
 */
export function sampled(curve: SmoothCurve): (context: RelaxContext) => Relaxation {
  return ({ g, intervals, choice }) => {
    const ends = intervals[0] as Interval;
    const slopeAt = (choice: Value): Value => curve.slope(g, between(g, ends.lower, ends.upper, choice));
    const above = choice.upper ? slopeAt(choice.upper) : chordOf(g, curve, ends);
    const below = choice.lower ? slopeAt(choice.lower) : curve.slope(g, middleOf(g, ends));
    const { up, down } = curve.bends;
    const most = g.add(extreme(g, curve, ends, above, 'ReduceMax'), between8(g, ends, down));
    const least = g.sub(extreme(g, curve, ends, below, 'ReduceMin'), between8(g, ends, up));
    const narrow = g.less(g.sub(ends.upper, ends.lower), g.scalar(WIDEST, ends.lower));
    const zero = g.scalar(0, above);
    return relaxation({
      below: { slope: g.where(narrow, below, zero), intercept: g.where(narrow, least, g.scalar(curve.least, least)) },
      above: { slope: g.where(narrow, above, zero), intercept: g.where(narrow, most, g.max(ends.upper, zero)) },
    });
  };
}

/** What the curve takes between its values at the ends, from the same grid. */
export function sampledInterval(g: GraphBuilder, curve: SmoothCurve, ends: Interval): Interval {
  const { up, down } = curve.bends;
  const flat = g.zeros(ends.lower.shape, ends.lower.type);
  const narrow = g.less(g.sub(ends.upper, ends.lower), g.scalar(WIDEST, ends.lower));
  const known = { lower: g.scalar(curve.least, ends.lower), upper: g.max(ends.upper, g.scalar(0, ends.upper)) };
  const found = {
    lower: g.sub(extreme(g, curve, ends, flat, 'ReduceMin'), between8(g, ends, up)),
    upper: g.add(extreme(g, curve, ends, flat, 'ReduceMax'), between8(g, ends, down)),
  };
  return {
    lower: g.where(narrow, g.max(found.lower, known.lower), known.lower),
    upper: g.where(narrow, g.min(found.upper, known.upper), known.upper),
  };
}

/** bend·h²/8 */
function between8(g: GraphBuilder, { lower, upper }: Interval, bend: number): Value {
  const width = g.mul(g.sub(upper, lower), g.scalar(1 / CELLS, lower));
  return g.mul(g.mul(width, width), g.scalar(bend / 8, lower));
}

/** The extreme of f(x) − k·x over the grid. */
function extreme(g: GraphBuilder, curve: SmoothCurve, { lower, upper }: Interval, k: Value, op: 'ReduceMax' | 'ReduceMin'): Value {
  const grid = g.constant(
    floats(
      Array.from({ length: CELLS + 1 }, (_, i) => i / CELLS),
      [CELLS + 1],
      lower.type,
    ),
  );
  const spaced = (value: Value): Value => g.reshape(value, [...value.shape, 1]);
  const points = g.add(spaced(lower), g.mul(spaced(g.sub(upper, lower)), grid));
  const values = g.sub(curve.at(g, points), g.mul(spaced(k), points));
  return g.node(op, [values, g.ints([values.shape.length - 1])], { keepdims: { kind: 'int', value: 0 } });
}
