/** Abs: |x|. */
import { unary } from './families.ts';
import type { Interval } from './rule.ts';

/** d = [x > 0] − [x < 0]; 0 at 0. (Not Sign, whose own gradient is a stand-in: the second derivative of |x| is 0.) */
export const abs = unary({
  type: 'Abs',
  derivative: ({ g, x }) => g.sub(g.positive(x), g.positive(g.neg(x))),
  interval: ({ g, intervals }) => {
    const { lower, upper } = intervals[0] as Interval;
    return [{ lower: g.max(g.max(lower, g.neg(upper)), g.scalar(0, lower)), upper: g.max(g.neg(lower), upper) }];
  },
});
