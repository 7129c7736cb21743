/** Not: logical negation. */
import { unary } from './families.ts';

export const not = unary({ type: 'Not', differentiable: 'none', output: 'bool' });
