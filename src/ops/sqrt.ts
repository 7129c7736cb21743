/** Sqrt. */
import { unary } from './families.ts';

/** d = 1/(2y) */
export const sqrt = unary({ type: 'Sqrt', pull: ({ g, y, cotangent }) => g.div(cotangent, g.mul(y, g.scalar(2, y))) });
