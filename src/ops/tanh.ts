/** Tanh. */
import { type Curve, relaxation, sShaped } from './curves.ts';
import { unary } from './families.ts';

const curve: Curve = {
  at: (g, x) => g.node('Tanh', [x]),
  slope: (g, x) => {
    const y = g.node('Tanh', [x]);
    return g.mul(g.sub(g.scalar(1, y), y), g.add(g.scalar(1, y), y));
  },
};
const lines = sShaped(curve, 0);

/** d = 1 − y² */
export const tanh = unary({
  type: 'Tanh',
  derivative: ({ g, y }) => g.sub(g.scalar(1, y), g.mul(y, y)),
  interval: 'increasing',
  relax: (context) => relaxation(lines(context)),
  kernelError: { absolute: 1.3e-6 },
});
