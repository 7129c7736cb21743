/** Sigmoid: 1 / (1 + e^-x). */
import { type Curve, relaxation, sShaped } from './curves.ts';
import { unary } from './families.ts';

const curve: Curve = {
  at: (g, x) => g.node('Sigmoid', [x]),
  slope: (g, x) => g.mul(g.node('Sigmoid', [x]), g.node('Sigmoid', [g.neg(x)])),
};
const lines = sShaped(curve, 1);

/** d = y·(1 − y) */
export const sigmoid = unary({
  type: 'Sigmoid',
  derivative: ({ g, y }) => g.mul(y, g.sub(g.scalar(1, y), y)),
  interval: 'increasing',
  relax: (context) => relaxation(lines(context)),
  kernelError: { absolute: 7e-7 },
});
