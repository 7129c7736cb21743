/** Div: a/b. */
import { binary } from './families.ts';
import { endsOf, hull } from './intervals.ts';
import { shapeError } from './shapes.ts';

/** d/da = 1/b, d/db = −y/b */
export const div = binary({
  type: 'Div',
  left: ({ g, b, cotangent }) => g.div(cotangent, b),
  right: ({ g, b, y, cotangent }) => g.neg(g.div(g.mul(cotangent, y), b)),
  affine: (varying) => !varying[1],
  interval: (context) => {
    const [a, b] = [
      endsOf(context, 0),
      context.constants[1] ?? shapeError(context.node, 'bounds of a division by what varies are not known'),
    ];
    return [hull(context, [context.g.div(a.lower, b), context.g.div(a.upper, b)])];
  },
});
