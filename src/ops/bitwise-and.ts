/** BitwiseAnd: a & b, bit by bit. */
import { binary } from './families.ts';

export const bitwiseAnd = binary({ type: 'BitwiseAnd', family: 'discrete' });
