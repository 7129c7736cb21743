/** Atan: the arc tangent. */
import { unary } from './families.ts';

/** d = 1/(1 + x²) */
export const atan = unary({ type: 'Atan', pull: ({ g, x, cotangent }) => g.div(cotangent, g.add(g.scalar(1, x), g.mul(x, x))) });
