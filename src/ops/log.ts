/** Log: the natural logarithm. */
import { unary } from './families.ts';

/** d = 1/x */
export const log = unary({ type: 'Log', pull: ({ g, x, cotangent }) => g.div(cotangent, x) });
