/** Max: the larger of a and b; in the form for bounds, the largest of any number of values. */
import { binary } from './families.ts';
import { ends } from './intervals.ts';
import { largestRelaxation } from './largest.ts';

/** The gradient goes to the larger operand; to the first one on a tie. */
export const max = binary({
  type: 'Max',
  family: 'selection',
  interval: ends,
  relax: largestRelaxation,
  left: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.node('GreaterOrEqual', [a, b]), a.type)),
  right: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.less(a, b), a.type)),
});
