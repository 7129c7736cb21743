/** BitShift: a shifted by b bits. */
import { binary } from './families.ts';

export const bitShift = binary({ type: 'BitShift', family: 'discrete' });
