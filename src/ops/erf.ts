/** Erf: the error function, from which Gelu is built. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { relaxation, sShaped } from './curves.ts';
import { unary } from './families.ts';

const slope = (g: GraphBuilder, x: Value): Value => g.mul(g.scalar(2 / Math.sqrt(Math.PI), x), g.exp(g.neg(g.mul(x, x))));
const lines = sShaped({ at: (g, x) => g.node('Erf', [x]), slope }, 0);

/** d = 2/√π · e^(−x²) */
export const erf = unary({
  type: 'Erf',
  derivative: ({ g, x }) => slope(g, x),
  interval: 'increasing',
  relax: (context) => relaxation(lines(context)),
  kernelError: { absolute: 2.4e-7 },
});
