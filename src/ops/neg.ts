/** Neg: −x. */
import { unary } from './families.ts';

/** d = −1 */
export const neg = unary({ type: 'Neg', pull: ({ g, cotangent }) => g.neg(cotangent), interval: 'decreasing', affine: true });
