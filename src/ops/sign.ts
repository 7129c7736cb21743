/** Sign: −1, 0 or 1. Its true derivative is zero, so the gradient is the identity, named in the report as a masked gradient. */
import { unary } from './families.ts';
import { steps } from './steps.ts';

export const sign = unary({
  type: 'Sign',
  differentiable: 'straight-through',
  pull: ({ cotangent }) => cotangent,
  interval: 'increasing',
  relax: steps,
});
