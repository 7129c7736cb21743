/** Sigmoid: 1 / (1 + e^-x). */
import { unary } from './families.ts';

/** d = y·(1 − y) */
export const sigmoid = unary({ type: 'Sigmoid', derivative: ({ g, y }) => g.mul(y, g.sub(g.scalar(1, y), y)) });
