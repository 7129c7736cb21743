/** Max: the larger of a and b. */
import { binary } from './families.ts';
import { ends } from './intervals.ts';

/** The gradient goes to the larger operand; to the first one on a tie. */
export const max = binary({
  type: 'Max',
  family: 'selection',
  interval: ends,
  left: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.node('GreaterOrEqual', [a, b]), a.type)),
  right: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.less(a, b), a.type)),
});
