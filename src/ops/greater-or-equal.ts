/** GreaterOrEqual: a ≥ b. */
import { binary } from './families.ts';

export const greaterOrEqual = binary({ type: 'GreaterOrEqual', family: 'discrete', output: 'bool' });
