/** LessOrEqual: a ≤ b. */
import { binary } from './families.ts';

export const lessOrEqual = binary({ type: 'LessOrEqual', family: 'discrete', output: 'bool' });
