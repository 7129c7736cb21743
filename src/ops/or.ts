/** Or: logical disjunction. */
import { binary } from './families.ts';

export const or = binary({ type: 'Or', family: 'discrete', output: 'bool' });
