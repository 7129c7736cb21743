/** Sin. */
import { unary } from './families.ts';

/** d = cos x */
export const sin = unary({ type: 'Sin', derivative: ({ g, x }) => g.node('Cos', [x]) });
