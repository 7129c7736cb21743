/** Log: the natural logarithm. */
import { type Curve, concave, linesWhere, relaxation } from './curves.ts';
import { unary } from './families.ts';
import { ends, onlyWhere } from './intervals.ts';
import type { Interval } from './rule.ts';

const curve: Curve = { at: (g, x) => g.node('Log', [x]), slope: (g, x) => g.node('Reciprocal', [x]) };
const lines = concave(curve);

/** d = 1/x; no bounds where x may be 0 or less */
export const log = unary({
  type: 'Log',
  pull: ({ g, x, cotangent }) => g.div(cotangent, x),
  interval: (context) => {
    const { g, intervals } = context;
    const { lower } = intervals[0] as Interval;
    return ends(context).map((interval) => onlyWhere(g, g.greater(lower, g.scalar(0, lower)), interval));
  },
  relax: (context) => {
    const { g, intervals } = context;
    const { lower } = intervals[0] as Interval;
    return relaxation(linesWhere(g, g.greater(lower, g.scalar(SMALLEST, lower)), lines(context)));
  },
  kernelError: { relative: 9e-7 },
});

/** Below it slopes are infinite. */
const SMALLEST = 1e-30;
