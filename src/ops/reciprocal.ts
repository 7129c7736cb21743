/** Reciprocal: 1/x. */
import { unary } from './families.ts';

/** d = −y² */
export const reciprocal = unary({ type: 'Reciprocal', derivative: ({ g, y }) => g.neg(g.mul(y, y)) });
