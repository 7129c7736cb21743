/** Equal: a = b. */
import { binary } from './families.ts';

export const equal = binary({ type: 'Equal', family: 'discrete', output: 'bool' });
