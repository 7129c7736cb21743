/** Min: the smaller of a and b. */
import { binary } from './families.ts';
import { ends } from './intervals.ts';

/** The gradient goes to the smaller operand; to the first one on a tie. */
export const min = binary({
  type: 'Min',
  family: 'selection',
  interval: ends,
  left: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.node('LessOrEqual', [a, b]), a.type)),
  right: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.greater(a, b), a.type)),
});
