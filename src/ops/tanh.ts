/** Tanh. */
import { unary } from './families.ts';

/** d = 1 − y² */
export const tanh = unary({ type: 'Tanh', derivative: ({ g, y }) => g.sub(g.scalar(1, y), g.mul(y, y)) });
