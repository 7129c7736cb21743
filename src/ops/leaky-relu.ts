/** LeakyRelu: x where x ≥ 0, alpha·x elsewhere. */

import type { Value } from '../onnx/graph.ts';
import { floatOf } from '../onnx/graph.ts';
import { unary } from './families.ts';
import { ends } from './intervals.ts';
import type { Interval, IntervalContext } from './rule.ts';

/** d = [x > 0] + alpha·[x ≤ 0]; at 0 the derivative is alpha, as in PyTorch. */
export const leakyRelu = unary({
  type: 'LeakyRelu',
  interval: leakyInterval,
  derivative: ({ g, node, x }) => {
    const alpha = floatOf(node, 'alpha', 0.01);
    return g.add(g.mul(g.positive(x), g.scalar(1 - alpha, x)), g.scalar(alpha, x));
  },
});

/** With alpha < 0 it falls to 0 and rises from there. */
function leakyInterval(context: IntervalContext): Interval[] {
  if (floatOf(context.node, 'alpha', 0.01) >= 0) return ends(context);
  const { g, intervals } = context;
  const [at, { lower, upper }] = [ends(context)[0] as Interval, intervals[0] as Interval];
  const crosses = g.and(g.less(lower, zeroOf(lower)), g.greater(upper, zeroOf(lower)));
  const least = g.min(at.lower, at.upper);
  return [{ lower: g.where(crosses, zeroOf(lower), least), upper: g.max(at.lower, at.upper) }];

  function zeroOf(x: Value): Value {
    return g.scalar(0, x);
  }
}
