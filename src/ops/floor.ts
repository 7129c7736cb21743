/** Floor. Straight-through gradient, named in the report. */
import { unary } from './families.ts';
import { steps } from './steps.ts';

export const floor = unary({
  type: 'Floor',
  differentiable: 'straight-through',
  pull: ({ cotangent }) => cotangent,
  interval: 'increasing',
  relax: steps,
});
