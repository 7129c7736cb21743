/** Reciprocal: 1/x. */
import type { Value } from '../onnx/graph.ts';
import { type Curve, convex, type Line, linesWhere, relaxation } from './curves.ts';
import { unary } from './families.ts';
import { onlyWhere, swappedEnds } from './intervals.ts';
import type { Interval, IntervalContext, Relaxation, RelaxContext } from './rule.ts';

/** d = −y²; no bounds where x may be 0 */
export const reciprocal = unary({
  type: 'Reciprocal',
  derivative: ({ g, y }) => g.neg(g.mul(y, y)),
  interval: (context) => swappedEnds(context).map((interval) => onlyWhere(context.g, hasOneSign(context), interval)),
  relax,
  kernelError: { relative: 2.4e-7 },
});

const curve: Curve = {
  at: (g, x) => g.node('Reciprocal', [x]),
  slope: (g, x) => g.neg(g.node('Reciprocal', [g.mul(x, x)])),
};
const lines = convex(curve);

/** Squares of smaller numbers vanish in float32. */
const SMALLEST = 1e-15;

const isPositive = ({ g, intervals }: IntervalContext): Value => {
  const { lower } = intervals[0] as Interval;
  return g.greater(lower, g.scalar(SMALLEST, lower));
};

function hasOneSign(context: IntervalContext): Value {
  const { upper } = context.intervals[0] as Interval;
  return context.g.node('Or', [isPositive(context), context.g.less(upper, context.g.scalar(-SMALLEST, upper))]);
}

/** Convex where x is positive; where it is negative 1/x = −1/(−x), so the lines of |x| change places and their intercepts the sign. */
function relax(context: RelaxContext): Relaxation {
  const { g, intervals, choice } = context;
  const { lower, upper } = intervals[0] as Interval;
  const positive = isPositive(context);
  const size = { lower: g.where(positive, lower, g.neg(upper)), upper: g.where(positive, upper, g.neg(lower)) };
  const [below, above] = [choice.lower, choice.upper];
  const chosen = below && above ? g.where(positive, below, above) : (below ?? above);
  const found = lines({ ...context, intervals: [size], choice: chosen ? { lower: chosen } : {} });
  const turned = (yes: Line, no: Line): Line => ({
    slope: g.where(positive, yes.slope, no.slope),
    intercept: g.where(positive, yes.intercept, g.neg(no.intercept)),
  });
  const both = { below: turned(found.below, found.above), above: turned(found.above, found.below) };
  return relaxation(linesWhere(g, hasOneSign(context), both));
}
