/** Mul: a·b. */
import type { Value } from '../onnx/graph.ts';
import { convex, relaxation } from './curves.ts';
import { binary } from './families.ts';
import { gatedOf } from './gated.ts';
import { endsOf, hull } from './intervals.ts';
import type { Interval, IntervalContext, Plane, Relaxation, RelaxContext } from './rule.ts';
import { sampled, sampledInterval } from './sampled-curve.ts';

export const mul = binary({
  type: 'Mul',
  family: 'bilinear',
  left: ({ g, b, cotangent }) => g.mul(cotangent, b),
  right: ({ g, a, cotangent }) => g.mul(cotangent, a),
  affine: (varying) => !(varying[0] && varying[1]),
  interval: (context) => [intervalOf(context)],
  relax,
  kernelError: (node) => gatedOf(node)?.kernelError,
});

const isSquare = ({ node }: IntervalContext): boolean => node.inputs[0] === node.inputs[1];

function intervalOf(context: IntervalContext): Interval {
  const { g } = context;
  const gated = gatedOf(context.node);
  if (gated) return sampledInterval(g, gated.curve, context.intervals[0] as Interval);
  if (isSquare(context)) {
    const { lower, upper } = context.intervals[0] as Interval;
    const [low, high] = [g.max(g.max(lower, g.neg(upper)), g.scalar(0, lower)), g.max(g.neg(lower), upper)];
    return { lower: g.mul(low, low), upper: g.mul(high, high) };
  }
  const [a, b] = [endsOf(context, 0), endsOf(context, 1)];
  const of = (x: Interval): Value[] => (x.lower === x.upper ? [x.lower] : [x.lower, x.upper]);
  return hull(
    context,
    of(a).flatMap((x) => of(b).map((y) => g.mul(x, y))),
  );
}

const square = convex({ at: (g, x) => g.mul(x, x), slope: (g, x) => g.mul(x, g.scalar(2, x)) });

function relax(context: RelaxContext): Relaxation {
  const gated = gatedOf(context.node);
  if (gated) return sampled(gated.curve)(context);
  return isSquare(context) ? relaxation(square(context)) : mcCormick(context);
}

/**
 * From (a − l)(b − l') ≥ 0 and its three like: l'·a + l·b − l·l' and u'·a + u·b − u·u' lie below a·b, u'·a + l·b − l·u' and l'·a + u·b − u·l' above
 * (McCormick, Mathematical Programming 10, 1976). `choice` mixes the second into the first.
 */
function mcCormick({ g, intervals, choice }: RelaxContext): Relaxation {
  const [a, b] = intervals as readonly [Interval, Interval];
  const plane = (x: Value, y: Value): Plane => ({ slopes: [y, x], intercept: g.neg(g.mul(x, y)) });
  const mixed = (one: Plane, other: Plane, share: Value | undefined): Plane => {
    if (!share) return one;
    const mix = (from: Value | undefined, to: Value | undefined): Value | undefined =>
      from && to && g.add(from, g.mul(share, g.sub(to, from)));
    return { slopes: one.slopes.map((slope, i) => mix(slope, other.slopes[i])), intercept: mix(one.intercept, other.intercept) };
  };
  return {
    lower: mixed(plane(a.lower, b.lower), plane(a.upper, b.upper), choice.lower),
    upper: mixed(plane(a.lower, b.upper), plane(a.upper, b.lower), choice.upper),
  };
}
