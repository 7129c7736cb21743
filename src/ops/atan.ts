/** Atan: the arc tangent. */
import { relaxation, sShaped } from './curves.ts';
import { unary } from './families.ts';

const lines = sShaped(
  { at: (g, x) => g.node('Atan', [x]), slope: (g, x) => g.node('Reciprocal', [g.add(g.scalar(1, x), g.mul(x, x))]) },
  0,
);

/** d = 1/(1 + x²) */
export const atan = unary({
  type: 'Atan',
  pull: ({ g, x, cotangent }) => g.div(cotangent, g.add(g.scalar(1, x), g.mul(x, x))),
  interval: 'increasing',
  relax: (context) => relaxation(lines(context)),
  kernelError: { absolute: 9e-7 },
});
