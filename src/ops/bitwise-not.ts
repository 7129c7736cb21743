/** BitwiseNot: every bit turned. */
import { unary } from './families.ts';

export const bitwiseNot = unary({ type: 'BitwiseNot', differentiable: 'none' });
