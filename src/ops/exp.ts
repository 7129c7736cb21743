/** Exp. */
import { convex, finiteAbove, middleOf, relaxation } from './curves.ts';
import { unary } from './families.ts';

/** Over wide intervals the tangent in the middle would be far too steep for the lower end, where most values are. */
const REACH = 1;

const lines = convex({ at: (g, x) => g.exp(x), slope: (g, x) => g.exp(x) }, (g, ends) =>
  g.min(middleOf(g, ends), g.add(ends.lower, g.scalar(REACH, ends.lower))),
);

/** d = y */
export const exp = unary({
  type: 'Exp',
  derivative: ({ y }) => y,
  interval: 'increasing',
  relax: (context) => relaxation(finiteAbove(context.g, lines(context))),
  kernelError: { relative: 3e-7 },
});
