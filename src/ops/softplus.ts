/** Softplus: ln(1 + e^x). */
import { convex, relaxation } from './curves.ts';
import { unary } from './families.ts';

const lines = convex({ at: (g, x) => g.node('Softplus', [x]), slope: (g, x) => g.node('Sigmoid', [x]) });

/** d = sigmoid(x) */
export const softplus = unary({
  type: 'Softplus',
  derivative: ({ g, x }) => g.node('Sigmoid', [x]),
  interval: 'increasing',
  relax: (context) => relaxation(lines(context)),
  kernelError: { absolute: 1e-36, relative: 1.3e-6 },
});
