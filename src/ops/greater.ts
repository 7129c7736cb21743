/** Greater: a > b. */
import { binary } from './families.ts';

export const greater = binary({ type: 'Greater', family: 'discrete', output: 'bool' });
