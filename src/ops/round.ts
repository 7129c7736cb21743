/** Round: to the nearest even integer. Straight-through gradient (Bengio et al., arXiv:1308.3432), named in the report. */
import { unary } from './families.ts';
import { steps } from './steps.ts';

export const round = unary({
  type: 'Round',
  differentiable: 'straight-through',
  pull: ({ cotangent }) => cotangent,
  interval: 'increasing',
  relax: steps,
});
