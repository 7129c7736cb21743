/** BitwiseXor: a ^ b, bit by bit. */
import { binary } from './families.ts';

export const bitwiseXor = binary({ type: 'BitwiseXor', family: 'discrete' });
