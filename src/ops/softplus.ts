/** Softplus: ln(1 + e^x). */
import { unary } from './families.ts';

/** d = sigmoid(x) */
export const softplus = unary({ type: 'Softplus', derivative: ({ g, x }) => g.node('Sigmoid', [x]) });
