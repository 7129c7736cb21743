/** IsNaN. */
import { unary } from './families.ts';

export const isNaN_ = unary({ type: 'IsNaN', differentiable: 'none', output: 'bool' });
