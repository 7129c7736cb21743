/** Cos. */
import { unary } from './families.ts';

/** d = −sin x */
export const cos = unary({ type: 'Cos', derivative: ({ g, x }) => g.neg(g.node('Sin', [x])) });
