/** IsInf. */
import { unary } from './families.ts';

export const isInf = unary({ type: 'IsInf', differentiable: 'none', output: 'bool' });
