/** Exp. */
import { unary } from './families.ts';

/** d = y */
export const exp = unary({ type: 'Exp', derivative: ({ y }) => y });
