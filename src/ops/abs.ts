/** Abs: |x|. */
import { unary } from './families.ts';

/** d = sign(x); 0 at 0. */
export const abs = unary({ type: 'Abs', derivative: ({ g, x }) => g.sign(x) });
