/** Sqrt. */
import { type Curve, concave, linesWhere, relaxation } from './curves.ts';
import { unary } from './families.ts';
import { ends, onlyWhere } from './intervals.ts';
import type { Interval } from './rule.ts';

/** The slope at 0 is infinite; 1e15 stands for it. */
const curve: Curve = {
  at: (g, x) => g.sqrt(x),
  slope: (g, x) => g.div(g.scalar(0.5, x), g.sqrt(g.max(x, g.scalar(1e-30, x)))),
};
const lines = concave(curve);

/** d = 1/(2y); no bounds where x may be negative */
export const sqrt = unary({
  type: 'Sqrt',
  pull: ({ g, y, cotangent }) => g.div(cotangent, g.mul(y, g.scalar(2, y))),
  interval: (context) => {
    const { g, intervals } = context;
    const { lower } = intervals[0] as Interval;
    return ends(context).map((interval) => onlyWhere(g, g.node('GreaterOrEqual', [lower, g.scalar(0, lower)]), interval));
  },
  relax: (context) => {
    const { g, intervals } = context;
    const { lower } = intervals[0] as Interval;
    return relaxation(linesWhere(g, g.node('GreaterOrEqual', [lower, g.scalar(0, lower)]), lines(context)));
  },
  kernelError: { relative: 2.4e-7 },
});
