/** Relu: max(x, 0). */
import { unary } from './families.ts';

/** d relu(x) = [y > 0]; at 0 the derivative is 0, as in PyTorch. */
export const relu = unary({ type: 'Relu', derivative: ({ g, y }) => g.positive(y) });
