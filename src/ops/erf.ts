/** Erf: the error function, from which Gelu is built. */
import { unary } from './families.ts';

/** d = 2/√π · e^(−x²) */
export const erf = unary({ type: 'Erf', derivative: ({ g, x }) => g.mul(g.scalar(2 / Math.sqrt(Math.PI), x), g.exp(g.neg(g.mul(x, x)))) });
