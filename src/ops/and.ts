/** And: logical conjunction. */
import { binary } from './families.ts';

export const and = binary({ type: 'And', family: 'discrete', output: 'bool' });
