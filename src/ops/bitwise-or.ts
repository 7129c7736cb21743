/** BitwiseOr: a | b, bit by bit. */
import { binary } from './families.ts';

export const bitwiseOr = binary({ type: 'BitwiseOr', family: 'discrete' });
