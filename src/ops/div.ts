/** Div: a/b. */
import { binary } from './families.ts';
import { endsOf, hull, onlyWhere } from './intervals.ts';

/** d/da = 1/b, d/db = −y/b */
export const div = binary({
  type: 'Div',
  left: ({ g, b, cotangent }) => g.div(cotangent, b),
  right: ({ g, b, y, cotangent }) => g.neg(g.div(g.mul(cotangent, y), b)),
  affine: (varying) => !varying[1],
  interval: (context) => {
    const { g } = context;
    const [a, b] = [endsOf(context, 0), endsOf(context, 1)];
    const quotients = [a.lower, a.upper].flatMap((x) => (b.lower === b.upper ? [b.lower] : [b.lower, b.upper]).map((y) => g.div(x, y)));
    const found = hull(context, quotients);
    if (b.lower === b.upper) return [found];
    const zero = g.scalar(0, b.lower);
    return [onlyWhere(g, g.node('Or', [g.greater(b.lower, zero), g.less(b.upper, zero)]), found)];
  },
});
