/** Less: a < b. */
import { binary } from './families.ts';

export const less = binary({ type: 'Less', family: 'discrete', output: 'bool' });
